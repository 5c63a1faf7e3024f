-- Who and what was forgotten on request. Names stand here only as keyed hashes; the key is in the guard file alone.
create table forgotten(                -- what is not stored again, whoever brings it
  mark text primary key,               -- keyed hash of an author, or of the key of a post
  kind text not null,                  -- author or post
  at text not null
) without rowid;
create table aged(                     -- whose posts those are whose words are gone by age, so that they can still be forgotten
  post_key text primary key references posts(key) on delete cascade,
  author text not null                 -- keyed hash
) without rowid;
create index aged_author on aged(author);
