"""Numbered migrations: applied in order, each in a transaction of its own, after a backup of what was there."""

import sqlite3
from importlib.resources import files
from pathlib import Path

from sqlite_utils import Database, Migrations

from listener.errors import StoreError

migration = Migrations("listener")
_FOREIGN = "{path} is no database of Listener's: name another file under [store] url"


@migration()
def m001_start(db: Database) -> None:
    """Posts, findings, alerts, the outbox and the books beside them."""
    for statement in _statements("m001.sql"):
        db.execute(statement)
    db["posts"].enable_fts(  # type: ignore[union-attr]  # db[…] is typed as table or view
        ["title", "text", "author"], create_triggers=True, tokenize="unicode61 remove_diacritics 2"
    )


@migration()
def m002_spending(db: Database) -> None:
    """What sources that charge for reading have cost."""
    for statement in _statements("m002.sql"):
        db.execute(statement)


@migration()
def m003_sources(db: Database) -> None:
    """What operators ask of a source: requests left, parts that fail, gaps that were closed."""
    for statement in _statements("m003.sql"):
        db.execute(statement)


@migration()
def m004_forgotten(db: Database) -> None:
    """Who and what was forgotten on request."""
    for statement in _statements("m004.sql"):
        db.execute(statement)


@migration()
def m005_words(db: Database) -> None:
    """The index that search uses; it is filled at the start that follows."""
    for statement in _statements("m005.sql"):
        db.execute(statement)


@migration()
def m006_passed(db: Database) -> None:
    """What is kept of posts that matched nothing, where there are thousands a second."""
    for statement in _statements("m006.sql"):
        db.execute(statement)


@migration()
def m007_trends(db: Database) -> None:
    """What many people ask at once."""
    for statement in _statements("m007.sql"):
        db.execute(statement)


@migration()
def m008_pages(db: Database) -> None:
    """What makes a page of thousands of posts cheap: where the sample of a day ends, and one look at the new ones."""
    for statement in _statements("m008.sql"):
        db.execute(statement)


@migration()
def m009_cells(db: Database) -> None:
    """What posts want and feel, hour by hour; and what becomes of trends."""
    for statement in _statements("m009.sql"):
        db.execute(statement)


@migration()
def m010_again(db: Database) -> None:
    """Who asked again what trended before."""
    for statement in _statements("m010.sql"):
        db.execute(statement)


@migration()
def m011_anew(db: Database) -> None:
    """Vectors of another model, until all of them are there."""
    for statement in _statements("m011.sql"):
        db.execute(statement)


@migration()
def m012_hours(db: Database) -> None:
    """What the bars of a trend show."""
    for statement in _statements("m012.sql"):
        db.execute(statement)


@migration()
def m013_desk(db: Database) -> None:
    """What people do with the buttons on cards."""
    for statement in _statements("m013.sql"):
        db.execute(statement)


def migrate(conn: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to date; a newer one is refused, an older one is first copied beside `path`."""
    db = Database(conn)
    known = {m.name for m in migration._migrations}
    applied = [m.name for m in migration.applied(db)]
    if newer := [name for name in applied if name not in known]:
        raise StoreError(_too_new(path, newer))
    pending = migration.pending(db)
    if pending and applied:
        back_up(conn, Path(f"{path}.before-{pending[0].name}"))
    migration.apply(db)


def refuse_foreign(conn: sqlite3.Connection, path: Path) -> None:
    """Raise `StoreError` where the file holds tables of another program."""
    db = Database(conn)
    if not migration.applied(db) and set(db.table_names()) - {migration.migrations_table}:
        raise StoreError(_FOREIGN.format(path=path))


def check(conn: sqlite3.Connection, path: Path) -> None:
    """Raise `StoreError` unless the schema is the one of this version."""
    known = [m.name for m in migration._migrations]
    applied = [m.name for m in migration.applied(Database(conn))]
    if not applied:
        raise StoreError(_FOREIGN.format(path=path))
    if newer := [name for name in applied if name not in known]:
        raise StoreError(_too_new(path, newer))
    if len(applied) < len(known):
        raise StoreError(f"{path} was written by an older Listener: `listener run` or `listener once` upgrades it")


def _too_new(path: Path, newer: list[str]) -> str:
    return (
        f"{path} was written by a newer Listener (schema {newer[-1]}): install that version again, "
        f"or put the copy back that it made before upgrading ({path}.before-{newer[0]})"
    )


def back_up(conn: sqlite3.Connection, target: Path) -> None:
    """A complete copy of the open database; it appears under its name only when whole."""
    partial = target.with_name(target.name + ".part")
    partial.unlink(missing_ok=True)
    partial.touch(0o600)
    copy = sqlite3.connect(partial)
    try:
        conn.backup(copy)
    finally:
        copy.close()
    partial.replace(target)


def _statements(name: str) -> list[str]:
    """The statements of a file beside this one, with their comments, which SQLite keeps in the schema."""
    found, current = [], ""
    for line in files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            found.append(current.strip().rstrip(";"))
            current = ""
    return found
