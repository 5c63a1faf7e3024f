"""Posts by their id alone."""

from listener.store import Store
from listener.store.lookup import keys_of
from listener.types import Analysis, Batch, Post
from tests.making import NOW, Tell


def test_the_keys_of_an_id_are_those_of_every_source(store: Store) -> None:
    read = [
        Post(source=source, id=id, text="x", created_at=NOW) for source, id in (("b", "7"), ("a", "7"), ("a", "17"))
    ]
    store.keep("feed", Batch(posts=tuple(read)), Analysis(), Tell(), NOW)
    assert keys_of(store.db, "7") == ["a:7", "b:7"]
    assert keys_of(store.db, "a:7") == keys_of(store.db, "%") == []
