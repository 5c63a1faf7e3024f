-- What many people ask at once.
create table asked(                    -- questions as they are counted; a post that is erased leaves this table
  id integer primary key,              -- in the order in which they were counted
  topic text not null, post_key text not null,
  at text not null,                    -- when it was posted; what lay in the future counts as read then
  author integer not null, text integer not null, -- hashes, so that an author and a text count once
  model text not null, vector blob not null, -- int8, and whose vector it is: those of two models are never compared
  unique(topic, post_key)
);
create index asked_model on asked(topic, model, id);
create index asked_post on asked(post_key);
create table trend_memory(             -- what is known of a topic beside its questions
  topic text not null, model text not null,
  upto integer not null,               -- id of the last finding that was looked at
  memory text not null,                -- JSON: levels, and the questions told of late
  primary key(topic, model)
) without rowid;
create table trends(
  id integer primary key,
  key text not null unique,            -- "topic/thread"
  kind text not null,                  -- question
  topic text not null, question text not null, -- post key of the question nearest to all others
  votes integer not null, authors integer not null,
  expected real not null,              -- votes that such a window usually holds
  score real not null,                 -- −log10 of the chance of so many votes
  since text not null, seconds real not null, -- the first post, and the length of the window
  at text not null, updated_at text not null,
  state text not null,                 -- told; missed: found too late; quiet: written before its topic was tracked
  answer text not null default ''      -- address of our answer
);
create index trends_updated on trends(updated_at);
create table trend_posts(trend text not null, post_key text not null, primary key(trend, post_key)) without rowid; -- one a vote
