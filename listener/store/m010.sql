-- A post that is erased, edited or answered is looked up among the posts of trends.
create index trend_posts_post on trend_posts(post_key);
create index replies_trend on replies(trend);
create index trends_known on trends(topic, kind, updated_at);
