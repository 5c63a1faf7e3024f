-- What posts want and feel, counted hour by hour; and when sources were listened to.
create table votes(                    -- of the last day of a topic: an author and a text count once for each cell
  id integer primary key,              -- in the order in which they were counted
  topic text not null, cell text not null, -- know, go, do, buy, negative, other
  post_key text not null, at real not null, -- seconds since 1970
  author integer not null, text integer not null -- hashes
);
create index votes_topic on votes(topic, cell, at);
create index votes_post on votes(post_key);
create table totals(                   -- all that was counted, by hours since 1970
  topic text not null, cell text not null, hour integer not null, votes integer not null,
  primary key(topic, hour, cell)
) without rowid;
create table heard(                    -- how long a source was listened to in each hour since 1970, and what it brought
  stream text not null, hour integer not null, seconds real not null, posts integer not null,
  primary key(stream, hour)
) without rowid;
alter table trends add column what text not null default ''; -- of a need the moment, of a silence the silent source
alter table trends add column "of" integer not null default 0; -- of a mood: the votes of which so many are negative
alter table trends add column over integer not null default 0; -- of a silence: it has ended
alter table trends add column posts integer not null default 0; -- copies too
alter table trends add column cold integer not null default 0; -- little history: less than two days
alter table trends add column model text not null default ''; -- whose vector it is
alter table trends add column vector blob; -- mean of the vectors of its posts, float32
alter table trends add column within real not null default 1; -- how alike they are
alter table trends add column verdict text not null default ''; -- not-a-question
alter table trends add column muted_until text not null default '';
alter table trends add column owner text not null default ''; -- who takes care of it
alter table outbox add column trend text not null default ''; -- key of the trend that it shows
alter table outbox add column within text not null default ''; -- key of the message in whose thread it belongs
create index outbox_trend on outbox(trend) where trend != '';
create table replies(                  -- findings that ask what was answered before
  finding text not null, trend text not null, primary key(finding, trend)
) without rowid;
update outbox set trend = substr(key, length('trend/' || channel || '/') + 1)
  where substr(key, 1, 6) = 'trend/' and thread = '' and instead_of = '';
