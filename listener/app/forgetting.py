"""Forgetting on request: in the database, in its files, and in the messages that were sent."""

from collections.abc import Callable, Collection
from contextlib import closing
from datetime import datetime
from time import monotonic, sleep

from msgspec import Struct
from msgspec.structs import replace

from listener import plugins
from listener.app.app import App
from listener.app.clocks import clock
from listener.config import Env, Settings
from listener.errors import AlreadyRunning, StoreError
from listener.store import Author, Erased, Showing, Store, Target

_PATIENCE, _EACH = 15.0, 1.5  # seconds that a running Listener may take to change the messages: at least, and for each
_TRIES = 5  # to clean the files while somebody reads them


class Receipt(Struct, frozen=True, kw_only=True):
    """What was forgotten, and what is still to be done."""

    id: str  # tells receipts apart, and tells nobody whose it is
    at: datetime
    asked: str  # "author reddit:name", "post reddit:abc"
    rehearsed: bool = False  # nothing was changed
    erased: Erased
    cleaned: bool = False  # nothing of it is left in the bytes of the files
    emptied: int = 0  # messages that show none of it any more
    waiting: tuple[Showing, ...] = ()  # messages that are to be changed as soon as can be
    fixed: tuple[Showing, ...] = ()  # messages that left and that nobody can change from here
    copies: tuple[str, ...] = ()  # of the database, made before upgrades: they hold what was forgotten

    @property
    def done(self) -> bool:
        """Whether nothing is left for us to do."""
        return self.rehearsed or (self.cleaned and not self.waiting)


def forget(
    settings: Settings,
    env: Env,
    target: Target,
    *,
    rehearse: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Receipt:
    """Forget an author or a post; works beside a running Listener, which then changes the messages.

    Raises `StoreError`, `ConfigError`.
    """
    with closing(Store.look(settings.store)) as store:  # there is a database, and it is of this version
        if rehearse:
            return _receipt(store, target, store.forget(target, clock(), rehearse=True), rehearsed=True)
        settled = {each.key for each in store.showing() if not each.waits}  # of those that were forgotten before
    try:
        app = App.open(settings, env)
    except AlreadyRunning:
        with closing(Store.look(settings.store)) as store:
            erased = store.forget(target, clock())
            progress("the running Listener changes the messages …")
            _await(store)
            return _finished(_receipt(store, target, erased), settings, store, settled)
    try:
        erased = app.store.forget(target, clock())
        progress("changing the messages …")
        app.mend()
        return _finished(_receipt(app.store, target, erased), settings, app.store, settled)
    finally:
        app.store.close()


def _receipt(store: Store, target: Target, erased: Erased, *, rehearsed: bool = False) -> Receipt:
    asked = f"author {target.source}:{target.name}" if isinstance(target, Author) else f"post {target.key}"
    path = store.db.path
    copies = tuple(str(each) for each in sorted(path.parent.glob(f"{path.name}.before-*")))
    name = store.marker.of(target)[:12]
    return Receipt(id=name, at=clock(), asked=asked, rehearsed=rehearsed, erased=erased, copies=copies)


def _await(store: Store) -> None:
    """Until every message that can be changed has been."""
    until = monotonic() + _PATIENCE
    until += _EACH * sum(each.waits for each in store.showing())
    while monotonic() < until and any(each.waits for each in store.showing()):
        sleep(0.2)


def _finished(receipt: Receipt, settings: Settings, store: Store, settled: Collection[str]) -> Receipt:
    """The receipt with what became of messages and files."""
    showing = [each for each in store.showing() if each.key not in settled]
    editable = _editable(settings)
    fixed = tuple(each for each in showing if not each.waits and (each.error or each.sender not in editable))
    waiting = tuple(each for each in showing if each.waits)
    emptied = len(showing) - len(fixed) - len(waiting)
    return replace(receipt, cleaned=_clean(store), emptied=emptied, waiting=waiting, fixed=fixed)


def _editable(settings: Settings) -> set[str]:
    """Names of channels whose messages can be changed."""
    return {c.name for c in settings.channels if hasattr(plugins.find("channel", c.use).make, "update")}


def _clean(store: Store) -> bool:
    for _ in range(_TRIES):
        try:
            if store.purge():
                return True
        except StoreError:  # somebody writes, or the disk has no room for a second copy
            pass
        sleep(0.5)
    return False
