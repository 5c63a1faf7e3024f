-- What people do with the buttons on cards.
alter table events add column trend text not null default ''; -- key of the trend that it happened to; then finding is ''
create index events_trend on events(trend) where trend != '';
alter table trends add column owner_id text not null default ''; -- the platform's id of who takes care of it
