"""Stores that a failing test leaves open are closed."""

from collections.abc import Iterator

import pytest

from listener.store import Store


@pytest.fixture(autouse=True)
def _closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    made: list[Store] = []
    init = Store.__init__

    def noted(self: Store, *args: object, **kwargs: object) -> None:
        init(self, *args, **kwargs)  # type: ignore[arg-type]
        made.append(self)

    monkeypatch.setattr(Store, "__init__", noted)
    yield
    for store in made:
        store.close()
