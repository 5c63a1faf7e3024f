-- What operators ask of a source, beside what `health` says of it.
create table requests(                 -- when a service that counts requests was asked, by whatever process
  budget text not null,                -- kind of source and credential
  at text not null
);
create index requests_budget on requests(budget, at);
create table rates(                    -- what such a service said is left
  budget text primary key, remaining real not null, resets_at text not null, at text not null
) without rowid;
create table troubles(                 -- parts of a source that cannot be read, while the rest is
  source text not null, stream text not null, why text not null, since text not null, next_at text not null,
  primary key(source, stream)
) without rowid;
alter table gaps add column filled_at text;
alter table health add column asked_until text;
