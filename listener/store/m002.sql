-- Money for services that charge for what is read, by UTC days; amounts are millionths of a dollar.
create table spending(
  source text not null,                -- the configured source
  part text not null,                  -- collect or recheck
  day text not null,
  spent integer not null default 0,    -- for what was read
  held integer not null default 0,     -- set aside before requests whose answers were never seen: counts as spent
  primary key(source, part, day)
) without rowid;
create table bought(                   -- what was paid for today: to read it again is free until the day ends
  source text not null, day text not null, item text not null, primary key(source, day, item)
) without rowid;
