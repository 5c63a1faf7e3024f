"""What is wrong with the database, and with what it knows of sources and messages."""

import os
import shlex
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from listener.config import Env, Settings
from listener.errors import StoreError
from listener.ops.doctor.sources import source
from listener.ops.doctor.trouble import Trouble, of_store
from listener.ops.status import status
from listener.store import Store
from listener.store.read import Waiting

_ROOM = 200_000_000  # bytes that should be free on the disk
_LONG = timedelta(hours=1)  # a message that waits longer is stuck


def database(settings: Settings, env: Env, now: datetime) -> Iterator[Trouble]:
    """The file, then what it knows."""
    path = settings.store
    if trouble := _place(path):
        yield trouble
        return
    try:
        with closing(Store.look(path)) as store:
            yield from _file(path)
            yield from _content(settings, env, store, now)
    except StoreError as error:
        yield of_store(str(path), error)


def _place(path: Path) -> Trouble | None:
    """Why there can be no database, or why there is none yet."""
    folder, other = path.resolve().parent, "name another file under [store] url"
    if not folder.is_dir():
        return Trouble(f"the folder {folder} of the database does not exist", f"mkdir -p {shlex.quote(str(folder))}")
    if path.is_dir():
        return Trouble(f"the database {path} is a folder", other)
    if not os.access(folder, os.W_OK | os.X_OK):
        cure = f"let this user write there (chmod u+w {shlex.quote(str(folder))}), or {other}"
        return Trouble(f"the folder {folder} of the database cannot be written to", cure)
    if not path.exists():
        return Trouble(f"there is no database {path} yet", "listener run")
    return None


def _file(path: Path) -> Iterator[Trouble]:
    free = shutil.disk_usage(path.resolve().parent).free
    if free < _ROOM:
        yield Trouble(f"the disk of {path} has {free // 1_000_000} MB left", "free some space")
    guard = Path(f"{path}.guard")
    if not guard.exists():
        why = "a backup that is put back would go unnoticed, and its messages be sent twice"
        yield Trouble(
            f"{guard} is missing: {why}", "put it back if you have it; the next `listener run` writes another"
        )
    for each in (path, guard):
        if each.exists() and stat.S_IMODE(each.stat().st_mode) & 0o077:
            yield Trouble(f"{each} may be read by other users of this machine", f"chmod 600 {shlex.quote(str(each))}")


def _content(settings: Settings, env: Env, store: Store, now: datetime) -> Iterator[Trouble]:
    for line in store.damage()[:3]:
        yield Trouble(
            f"the database {settings.store} is damaged: {line}", "stop Listener and put a backup in its place"
        )
    store.try_to_write()
    running = Store.holder(settings.store)
    for each in status(settings, env, store, running, now).sources:
        yield from source(each, running, now)
    yield from _messages(store, settings, running, now)
    yield from _quarantine(store)
    if lost := store.unguarded():
        yield Trouble(
            f"{lost} authors and posts that were forgotten could come back: {settings.store}.guard does not know them",
            "put that file back as it was, or forget them again as your receipts say: listener forget --author NAME",
        )


def _messages(store: Store, settings: Settings, running: str, now: datetime) -> Iterator[Trouble]:
    given_up = store.waiting(["failed"])
    if failed := [message for message in given_up if not message.told]:
        yield Trouble(f"{_count(failed)} could not be delivered: {failed[-1].error}", "listener outbox retry")
    if told := [message for message in given_up if message.told]:
        what = f"{_count(told)} could not be delivered there: {told[-1].error}"
        yield Trouble(what, "`listener outbox list --failed` shows them", note=True)
    held = [message for message in store.waiting(["unknown"]) if message.error.startswith("held:")]
    if held:
        why = held[-1].error.removeprefix("held: ")
        resend = f'or write on_ambiguous = "resend" under [slack] in {settings.folder}/listener.toml'
        yield Trouble(f"{_count(held)} held, as it is not known whether they arrived: {why}", f"give it that, {resend}")
    old = [m for m in store.waiting(["pending", "sending", "unknown"]) if now - m.at > _LONG and m not in held]
    if old:
        why = f": {old[0].error}" if old[0].error else ""
        cure = "look at its log; `listener outbox list` shows them" if running else "listener run"
        yield Trouble(f"{_count(old)} waiting for more than an hour{why}", cure)


def _count(messages: Sequence[Waiting]) -> str:
    places = ", ".join(sorted({message.channel for message in messages}))
    return f"{len(messages)} message{'' if len(messages) == 1 else 's'} to {places}"


def _quarantine(store: Store) -> Iterator[Trouble]:
    aside = store.quarantined()
    failed, unreadable = [each for each in aside if each.post], [each for each in aside if not each.post]
    if failed:
        yield Trouble(f"{_posts(failed)} could not be analysed: {failed[0].why}", "listener quarantine retry")
    if unreadable:  # no command can mend what a source wrote
        what = f"{_posts(unreadable)} could not be read: {unreadable[0].why}"
        yield Trouble(what, "`listener quarantine list` shows them; they go with time, as [retention] says", note=True)


def _posts(some: Sequence[object]) -> str:
    return f"{len(some)} post{'' if len(some) == 1 else 's'}"
