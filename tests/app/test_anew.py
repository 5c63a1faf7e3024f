"""The tagger changes, and with it the vectors that questions are compared by: no alert does."""

import random
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from listener.app import App, Parts, anew, once
from listener.app import trends as module
from listener.app.trends import Trends
from listener.app.vectors import vectors_named, vectors_of
from listener.cli import cli
from listener.ops.standing import most_asked
from listener.store import Store
from listener.store.anew import Progress, progress
from listener.tag import load
from listener.trend import Light
from tests.app.asking import background, burst, post
from tests.app.conftest import Office
from tests.app.turned import TurnedTagger, with_tagger
from tests.conftest import NOW
from tests.crash.life import Died, Steps, connect
from tests.trend.asking import REFUND
from tests.trend.turned import Turned

ANSWER = "https://example.org/answers/refund"
FRIEND = "How long does a refund take to reach my card? Asking for a friend"
BEFORE = [*background(), *burst()[:3]]
AFTER = [*burst()[3:], *(post(f"m{n}", f"{text} Please", 3_640 + n) for n, text in enumerate(REFUND))]


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an app in which a question trends."""
    office = Office(tmp_path_factory.mktemp("life"))
    office.feed.posts[:] = background()
    once(office.app, ["feed"])
    assert len(office.hear(*burst()[:3])) == 1
    office.store.close()
    return office.config.parent


@pytest.fixture
def trending(life: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """One that has listened for days, in which a question trends; a look takes its time."""
    monkeypatch.setattr(module, "_ANEW", 600.0)
    for file in life.glob("listener.db*"):
        shutil.copy(file, tmp_path)
    office = Office(tmp_path)
    office.feed.posts[:] = BEFORE
    office.clock.now = BEFORE[-1].created_at
    yield office
    office.store.close()


@pytest.fixture(scope="module")
def without(life: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is told where the tagger stays what it was."""
    folder = tmp_path_factory.mktemp("without")
    for file in life.glob("listener.db*"):
        shutil.copy(file, folder)
    office = Office(folder)
    office.feed.posts[:] = BEFORE
    office.hear(*AFTER)
    found = told(office.store)
    office.store.close()
    return found


def use(office: Office, name: str = "turned-1") -> TurnedTagger:
    """Have another tagger from now on."""
    tagger = TurnedTagger(Turned(name))
    office.app.use(with_tagger(office.app.parts, tagger))
    return tagger


def told(store: Store) -> list[str]:
    """What was told of trends, and where."""
    sql = "select key, thread != '' as within, notice from outbox where notice != '' order by id"
    return [" ".join(map(str, tuple(row))) for row in store.db.rows(sql)]


def restart(office: Office, parts: Parts) -> None:
    path = office.store.db.path
    office.store.close()
    office.store = Store.open(path, office.clock())
    office.app = App(parts, office.store, office.clock, office.clock)


def in_use(office: Office) -> list[tuple[str, bool]]:
    """The models of the vectors in use, and whether others are being made."""
    return [(each.model, each.anew > 0) for each in progress(office.store.db)]


def test_what_a_tagger_brings_is_used_and_else_the_light_vectors() -> None:
    tagger = TurnedTagger(Turned())
    wanted = vectors_of(tagger)
    assert (wanted.model, wanted.tagger) == ("turned-1", tagger.model)
    light = vectors_of(load("fast"))
    assert (light.model, light.tagger) == (Light.model, "")
    found = [vectors_named(name, wanted) for name in ("turned-1", Light.model, "turned-2")]
    assert found == [wanted, light, None], "those of a tagger that is gone can be made no more"


@pytest.mark.slow
def test_vectors_come_from_the_pass_that_made_the_tags(office: Office) -> None:
    tagger, posts = use(office), burst()
    office.feed.posts[:] = posts
    once(office.app, ["feed"])
    assert tagger.vectors.read == [each.words for each in posts if len(each.words) % 3 == 0]
    assert 0 < len(tagger.vectors.read) < len(posts)
    assert in_use(office) == [("turned-1", False)]
    stored = office.store.db.rows("select post_key, vector from asked")
    assert {row["post_key"]: row["vector"] for row in stored} == {
        each.key: Turned()([each.words])[0] for each in posts
    }, "whoever made them"


@pytest.mark.slow
@pytest.mark.parametrize("when", [0, 2])
def test_a_change_of_the_tagger_changes_no_alert_and_tells_none_twice(
    trending: Office, without: list[str], when: int
) -> None:
    trending.hear(*AFTER[:when])
    use(trending)
    trending.hear(*AFTER[when:])
    assert told(trending.store) == without
    assert in_use(trending) == [("turned-1", False)]
    restart(trending, trending.app.parts)
    once(trending.app, [])
    assert told(trending.store) == without


@pytest.mark.slow
def test_a_look_makes_some_vectors_and_goes_on_after_a_restart_while_the_old_ones_are_in_use(
    trending: Office, without: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ANEW", 0.0)
    monkeypatch.setattr(anew, "_AT_ONCE", 60)
    parts, made = with_tagger(trending.app.parts, TurnedTagger(Turned())), list[Progress]()
    for each in AFTER:
        restart(trending, parts)
        trending.feed.posts[:] = trending.feed.posts or [*BEFORE, *AFTER[: AFTER.index(each)]]
        trending.hear(each)
        made += progress(trending.store.db)
    assert [each.anew for each in made[:6]] == [60, 120, 180, 240, 0, 0]
    assert [each.model for each in made[3:5]] == [Light.model, "turned-1"]
    assert told(trending.store) == without


@pytest.mark.slow
def test_where_the_old_vectors_can_be_made_no_more_the_new_ones_catch_up(
    trending: Office, without: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(trending)
    once(trending.app, [])
    monkeypatch.setattr(module, "_ANEW", 0.0)
    restart(trending, with_tagger(trending.app.parts, TurnedTagger(Turned("turned-2"))))
    trending.feed.posts[:] = [*BEFORE, *AFTER]
    trending.clock.now = AFTER[-1].created_at
    for _ in trending.app.read("feed", to_the_end=True):
        pass
    trending.app.look_for_trends()
    assert in_use(trending) == [("turned-1", True)]
    assert trending.count("asked") == len(BEFORE), "nothing more is counted yet"
    while in_use(trending) != [("turned-2", False)]:
        trending.app.look_for_trends()
    assert trending.count("asked") == len(BEFORE) + len(AFTER)
    assert [each for each in told(trending.store) if " 0 " in each] == [each for each in without if " 0 " in each]


@pytest.mark.slow
def test_going_back_in_the_midst_leaves_nothing_behind(
    trending: Office, without: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ANEW", 0.0)
    before = trending.app.parts
    use(trending)
    trending.hear(AFTER[0])
    assert in_use(trending) == [(Light.model, True)]
    trending.app.use(before)
    trending.hear(*AFTER[1:])
    assert in_use(trending) == [(Light.model, False)]
    assert told(trending.store) == without


@pytest.mark.slow
def test_a_death_at_any_step_of_a_change_loses_and_repeats_nothing(trending: Office, tmp_path: Path) -> None:
    trending.clock.now = AFTER[-1].created_at
    trending.feed.add(*AFTER)
    for _ in trending.app.read("feed", to_the_end=True):
        pass
    parts = with_tagger(trending.app.parts, TurnedTagger(Turned()))
    trending.store.close()

    def look(steps: Steps) -> tuple[list[str], list[Progress], int]:
        for file in tmp_path.glob("listener.db*"):
            shutil.copy(file, folder)
        for each in (steps, Steps()):
            store = Store.open(folder / "listener.db", trending.clock(), connect=connect(Steps()))
            store.db.conn.steps = each  # type: ignore[attr-defined]
            with suppress(Died):
                Trends(store, trending.clock).look(parts)
            found = told(store) if each is not steps else []
            result = found, progress(store.db) if found else [], len(found)
            store.close()
        return result

    folder = tmp_path / "life"
    folder.mkdir()
    whole = Steps()
    expected = look(whole)
    assert whole.count > 100
    for at in random.Random(5).sample(range(1, whole.count), 8):
        assert look(Steps(at)) == expected
    trending.store = Store.open(trending.store.db.path, trending.clock())


def run(office: Office, *words: str) -> None:
    done = CliRunner().invoke(cli, ["trends", *words, "--config", str(office.config)])
    assert done.exit_code == 0, done.output


@pytest.mark.slow
def test_what_people_said_of_a_trend_holds_on(trending: Office) -> None:
    run(trending, "answered", "1", ANSWER)
    run(trending, "not-a-question", "1")
    before = most_asked(trending.store.db, ["kettles"], NOW)
    use(trending)
    once(trending.app, [])
    assert in_use(trending) == [("turned-1", False)]
    assert most_asked(trending.store.db, ["kettles"], NOW) == before
    assert (before[0].trended, before[0].answer) == (True, ANSWER)
    trending.hear(*AFTER, post("friend", FRIEND, 3_600 + 7 * 60))
    shown = [message for message in trending.desk.sent.values() if message.alerts and message.alerts[0].draft]
    assert {message.alerts[0].draft.link for message in shown if message.alerts[0].draft} == {ANSWER}
    assert "friend" in {message.alerts[0].about[0].post.id for message in shown}
    states = {row["state"] for row in trending.store.db.rows("select state from trends where id > 1")}
    assert "told" not in states


@pytest.mark.slow
def test_a_topic_of_which_nothing_was_asked_takes_the_new_vectors_at_once(office: Office) -> None:
    office.feed.posts[:] = []
    once(office.app, ["feed"])
    use(office)
    office.feed.add(*burst())
    once(office.app, ["feed"])
    assert in_use(office) == [("turned-1", False)]


@pytest.mark.slow
def test_the_accurate_tagger_takes_over_and_tells_nothing_twice(trending: Office) -> None:
    for needed in ("onnxruntime", "tokenizers"):
        pytest.importorskip(needed, reason="the accurate tagger is not installed")
    trending.app.use(with_tagger(trending.app.parts, load("accurate")))
    trending.hear(*AFTER)
    [(model, under_way)] = in_use(trending)
    assert (model.partition("/")[0], under_way) == ("vectors", False)
    cards = [each for each in told(trending.store) if " 0 " in each]
    assert len(cards) == 1, "one card, that grew"
    assert trending.store.db.value("select count(*) from trends where kind='question'") == 1
