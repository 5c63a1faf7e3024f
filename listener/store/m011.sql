-- Questions are compared by other vectors than before: theirs are made anew while the old ones are in use.
create table asked_anew(               -- vectors made so far; all of them replace those of asked at once
  id integer primary key references asked(id) on delete cascade,
  model text not null, vector blob not null
);
