-- What the bars of a trend show.
alter table trends add column hours text not null default '[]'; -- posts in each of the 24 hours before updated_at, the latest last
