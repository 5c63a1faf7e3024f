-- Beside the sample of a day: whether a post belongs to it is seen without reading those that do.
create index samples_draws on samples(day, draw);
-- The index of words takes new posts a page at a time.
drop trigger posts_ai;
