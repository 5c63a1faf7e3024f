-- The first schema. Times are UTC ISO 8601 with microseconds and "Z": they sort as text.
create table meta(name text primary key, value text not null) without rowid; -- install, epoch, seq, restored_at

create table posts(
  id integer primary key,
  key text not null unique,            -- "source:id of the platform"
  source text not null,                -- platform: reddit, x, hackernews …
  stream text not null,                -- the configured source that brought it
  url text not null, author text not null,
  text text not null, title text not null,
  community text not null, kind text not null, parent text not null,
  tags text not null, links text not null, -- JSON lists
  lang text not null, place text not null,
  followers integer, likes integer, replies integer,
  flags text not null,                 -- JSON list: what was odd about it
  hash text not null,                  -- of title and text: a new one is an edit
  revision integer not null default 1, -- counts upstream edits
  created_at text not null, fetched_at text not null,
  checked_at text not null,            -- when it was last seen upstream
  erased_at text,                      -- words and author are gone, counts stay
  erased_why text not null default ''  -- deleted (upstream), unchecked, terms, age or forgotten (on request)
);
create index posts_fetched on posts(fetched_at);
create index posts_fresh on posts(fetched_at) where erased_at is null;
create index posts_checked on posts(stream, checked_at) where erased_at is null;
create index posts_url on posts(url);

create table findings(
  id integer primary key,
  key text not null unique,            -- "topic id/post key"
  post_key text not null references posts(key),
  topic text not null,                 -- topic id
  top_moment text,                     -- know, go, do, buy or null
  moments text not null,               -- JSON list, likeliest first
  know real not null, go real not null, "do" real not null, buy real not null, -- probabilities
  question real not null, is_question integer not null,
  urgency integer not null,            -- 0 none, 1 soon, 2 now
  sentiment text not null,             -- negative, neutral, positive
  compound real not null,              -- VADER's, -1 to 1
  sentiment_p text not null,           -- JSON [negative, neutral, positive]
  place text,
  signals text not null,               -- JSON list: complaint, praise, switching, promo
  lang text not null,
  score real not null, intent real not null, urgency_score real not null, relevance real not null, -- 0 to 100
  expires_at text not null,            -- an answer comes too late after this
  state text not null,                 -- open or suppressed
  reason text not null,                -- first, rose, suppressed …
  why text not null,                   -- the reason in words
  claimed_by text,
  evidence text not null,              -- JSON [{tag, start, end, text}], offsets in title + blank line + text
  leaves text not null, spans text not null, -- JSON: which terms matched, and where
  vector blob,
  tagger_version text not null,
  labels_by text not null default '',  -- who corrected the tags by hand
  created_at text not null             -- when it was found
);
create index findings_post on findings(post_key);
create index findings_topic on findings(topic, id);
create index findings_created on findings(created_at);

create table alerts(
  id integer primary key,
  key text not null unique,            -- "channel/post key/revision"
  channel text not null, reason text not null,
  post_key text not null references posts(key), revision integer not null,
  findings text not null,              -- JSON list of finding keys, best score first
  fingerprints text not null,          -- JSON list: what near-duplicates share
  due_at text not null, deadline_at text not null, created_at text not null
);
create index alerts_post on alerts(post_key);
create index alerts_created on alerts(created_at);
create table folds(                    -- findings that repeat the words of an alert
  alert text not null, finding text not null, primary key(alert, finding)
) without rowid;
create table told(                     -- which words a channel has heard, for folding near-duplicates
  channel text not null, fingerprint text not null, alert_key text not null, at text not null,
  primary key(channel, fingerprint)
) without rowid;

create table outbox(
  id integer primary key,
  key text not null unique,            -- also in the message's metadata
  channel text not null,               -- "name" or "name:place"
  sender text not null,                -- the channel's name: who sends it
  notice text not null,                -- plain text of an operator's notice, or the note above a re-routed alert
  thread text not null,
  instead_of text not null default '', -- key of the message whose place was gone
  state text not null,                 -- pending, sending, unknown, sent, failed, dropped (deleted before it was sent)
  epoch integer not null default 0,    -- the start of the process that claimed it
  at text not null,                    -- of the last change of state
  next_at text not null,               -- not to be tried before
  tries integer not null default 0,
  error text not null default '',
  ref text not null default '',        -- the channel's own name for it
  version integer not null default 1, shown integer not null default 0, -- wanted and shown content
  created_at text not null
);
create index outbox_due on outbox(sender, state, next_at);
create index outbox_instead on outbox(instead_of) where instead_of != '';
create index outbox_stale on outbox(sender) where state = 'sent' and shown < version;

create table carries(                  -- which alerts a message carries
  message text not null references outbox(key) on delete cascade, alert text not null, primary key(message, alert)
) without rowid;
create index carries_alert on carries(alert);

create table events(
  id integer primary key, key text not null unique, finding text not null, kind text not null,
  at text not null, by text not null default '', value text not null default ''
);
create index events_finding on events(finding);

create table cursors(
  source text not null, stream text not null, cursor text not null, at text not null, primary key(source, stream)
) without rowid;
create table gaps(
  id integer primary key, source text not null, stream text not null, since text not null, until text not null,
  why text not null, at text not null, unique(source, stream, since, until)
);
create table quarantine(               -- posts that could not be read or analysed
  id integer primary key,
  source text not null,                -- platform
  stream text not null,                -- the configured source that brought it
  post_id text not null, raw text not null, why text not null,
  at text not null, unique(source, post_id, raw)
);
create table seen(                     -- 7 days of what was read, so that an edit is noticed and "why" can answer
  key text primary key, hash text not null, verdict text not null, url text not null, at text not null
) without rowid;
create index seen_at on seen(at);
create index seen_url on seen(url);
create table samples(                  -- a uniform sample of posts that matched nothing, for estimates
  day text not null, draw integer not null, post text not null, primary key(day, draw)
) without rowid;
create table unmatched(day text not null, source text not null, posts integer not null, primary key(day, source)) without rowid;
create table health(                   -- sources and channels as they are
  name text primary key, kind text not null, since text not null, caught_up_at text, ok_at text,
  error text not null default '', error_at text, failures integer not null default 0, next_at text
) without rowid;
create table topics(id text primary key, name text not null, query text not null, since text not null) without rowid;
create view named_findings as              -- findings with the present name of their topic
  select f.*, coalesce(t.name, f.topic) as topic_name from findings f left join topics t on t.id = f.topic;
