-- Posts of sources that bring thousands a second, each read once: all that is kept of most of them.
create table passed(                   -- posts that matched nothing, a page a row, for "why"; 7 days
  id integer primary key,
  at text not null,                    -- when they were read
  keys blob not null,                  -- 8 bytes of each one's key, hashed
  urls blob not null                   -- 8 bytes of each one's address, hashed
);
create index passed_at on passed(at);
