"""A folder of configuration becomes immutable settings, or a list of all that is wrong in it."""

from datetime import timedelta
from pathlib import Path

import pytest

from listener.config import ChannelSettings, Ops, Retention, Sample, Slack, SourceSettings, Tag, Web, load
from listener.errors import ConfigError
from listener.types import Moment, Route, Topic
from tests.config.conftest import Forum, Loader, NoOptions, Tape, find

CONSOLE = '[[channels]]\nuse = "console"\n[route]\nchannel = "console"\n'


def test_everything_that_is_written_is_in_the_settings(folder: Path) -> None:
    settings = load(folder, {}, find)
    assert settings.folder == folder
    assert settings.store == Path("data/listener.db")
    assert settings.sources == (
        SourceSettings("forum", "forum", 90.0, Forum(boards=("coffee", "tea"), window=timedelta(hours=1))),
        SourceSettings("tape", "archive", None, Tape(path="old.jsonl"), silence=False),
    )
    assert settings.channels == (
        ChannelSettings("slack", "slack", NoOptions(), places=True),
        ChannelSettings("console", "screen", NoOptions()),
    )
    assert settings.own == {"forum:acme_support", "x:acme"}
    assert settings.ops == Ops("slack:#ops", timedelta(minutes=5))
    assert settings.retention == Retention(timedelta(days=30), timedelta(days=400))
    assert settings.tag == Tag("fast")
    assert settings.slack == Slack("resend", timedelta(seconds=10))
    assert settings.web == Web("127.0.0.1:8000")
    assert settings.people == {}
    assert settings.warnings == ()


def test_topics_have_what_is_written_and_defaults_for_the_rest(folder: Path) -> None:
    settings = load(folder, {}, find)
    assert settings.sets == {"brand": '"acme cloud" OR acme'}
    assert settings.topics == (
        Topic(
            id="acme",
            name="acme",
            query='@brand NOT "acme anvils"',
            moments=(Moment.GO, Moment.BUY),
            threshold=60.0,
            owner="ann",
            sources=("forum",),
        ),
        Topic(id="tea", name="green tea", query="tea green", moments=None, threshold=50.0),
    )
    assert settings.samples == {
        "acme": (
            Sample("is acme down?", True, "config/topics.toml:11: topics[0].match[0]"),
            Sample("acme cloud or something else?", True, "config/topics.toml:11: topics[0].match[1]"),
            Sample("acme anvils are heavy", False, "config/topics.toml:12: topics[0].nomatch[0]"),
        ),
        "tea": (),
    }


def test_routes_inherit_channel_and_fallback(folder: Path) -> None:
    assert load(folder, {}, find).route == Route(
        channel="slack:#listening",
        fallback="screen",
        routes=(
            Route(
                channel="slack:#sales",
                fallback="screen",
                match="moment:buy",
                go_on=True,
                routes=(Route(channel="slack:#sales", fallback="slack:#all", match="urgency:now"),),
            ),
            Route(channel="slack:#listening", fallback="screen", match="sentiment:negative @brand"),
        ),
    )


def test_a_few_lines_are_enough(loaded: Loader) -> None:
    settings = loaded(listener=CONSOLE, topics='[[topics]]\nname = "tea"\nquery = "tea"\n')
    assert settings.store == Path("listener.db")
    assert settings.ops == Ops("", timedelta(minutes=15))
    assert settings.slack == Slack("hold", timedelta(seconds=30))
    assert settings.tag == Tag("auto")


def test_an_empty_value_of_a_section_is_its_default(loaded: Loader) -> None:
    settings = loaded(listener=CONSOLE + "[ops]\n[retention]\n[own]\n[slack]\n[tag]\n")
    assert (settings.ops, settings.retention, settings.own) == (Ops(), Retention(), frozenset())


def test_a_byte_order_mark_and_windows_line_ends_are_read(folder: Path) -> None:
    file = folder / "topics.toml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert [topic.id for topic in load(folder, {}, find).topics] == ["acme", "tea"]


# The database


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///listener.db", "listener.db"),
        ("sqlite:////var/lib/listener.db", "/var/lib/listener.db"),
        ("sqlite:///C:/listener.db", "C:/listener.db"),
    ],
)
def test_the_environment_overrides_the_database(folder: Path, url: str, path: str) -> None:
    assert load(folder, {"LISTENER_STORE_URL": url}, find).store == Path(path)


@pytest.mark.parametrize("url", ["postgresql://user:hush@host/db", "sqlite:///", "sqlite:///:memory:", "listener.db"])
def test_a_database_that_is_no_file_is_refused_without_showing_the_address(folder: Path, url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(folder, {"LISTENER_STORE_URL": url}, find)
    assert str(refused.value) == "LISTENER_STORE_URL: expected a database file, such as sqlite:///listener.db"


# What is missing


def test_a_missing_folder_names_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere: no such folder; `listener init .*nowhere` writes one"):
        load(tmp_path / "nowhere", {}, find)


@pytest.mark.parametrize("name", ["listener.toml", "topics.toml"])
def test_a_missing_file_names_the_command_that_makes_it(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ConfigError) as refused:
        load(folder, {}, find)
    assert str(refused.value) == f"config/{name}: no such file; `listener init config` writes it"


def test_the_playbook_may_be_missing_or_hold_nothing_but_notes(folder: Path) -> None:
    load(folder, {}, find)
    (folder / "playbook.toml").write_text("# nothing yet\n")
    load(folder, {}, find)


def test_a_folder_in_place_of_a_file_is_told(folder: Path) -> None:
    (folder / "topics.toml").unlink()
    (folder / "topics.toml").mkdir()
    with pytest.raises(ConfigError, match=r"config/topics.toml: cannot be read: Is a directory"):
        load(folder, {}, find)


# All at once


def test_the_mistakes_of_all_files_and_of_the_environment_are_told_at_once(folder: Path) -> None:
    (folder / "listener.toml").write_text("[store]\nurl = 5\n" + CONSOLE + "[tags]\n")
    (folder / "topics.toml").write_text('[[topics]]\nname = "tea"\n')
    (folder / "playbook.toml").write_text("a = 1\n")
    with pytest.raises(ConfigError) as refused:
        load(folder, {"LISTENER_STORE_URL": "x"}, find)
    assert [problem.partition(": ")[0] for problem in refused.value.problems] == [
        "LISTENER_STORE_URL",
        "config/listener.toml:2",
        "config/listener.toml:7",
        "config/playbook.toml:1",
        "config/topics.toml:1",
    ]


def test_a_file_that_is_no_toml_leaves_the_others_to_be_checked(folder: Path) -> None:
    (folder / "listener.toml").write_text("[store\n")
    (folder / "topics.toml").write_text('[[topics]]\nname = "tea"\nquery = "tea"\nthreshold = 200\n')
    with pytest.raises(ConfigError) as refused:
        load(folder, {}, find)
    assert [problem.partition(": ")[0] for problem in refused.value.problems] == [
        "config/listener.toml:1",
        "config/topics.toml:4",
    ]


def test_one_mistake_in_a_plug_in_does_not_blame_the_routes_that_name_it(loaded: Loader) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(listener='[[channels]]\nuse = "console"\ncolour = 1\n[route]\nchannel = "console"\n')
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize("secret", ["hush-1", "hush-2", "hush-3", "hush-4", "hush-5"])
def test_a_secret_in_a_file_is_not_repeated(loaded: Loader, secret: str) -> None:
    text = (Path(__file__).parent / "bad" / "listener-secret-in-file.toml").read_text()
    assert secret in text
    with pytest.raises(ConfigError) as refused:
        loaded(listener=text)
    assert secret not in str(refused.value)


# Warnings


def test_what_is_odd_is_a_warning_with_file_and_line(loaded: Loader) -> None:
    settings = loaded(
        listener=CONSOLE
        + '[people]\nlead = "@S0LEADS"\n[web]\nbind = "127.0.0.1:9000"\n'
        + '[[route.routes]]\n[[route.routes]]\nmatch = "moment:buy"\n',
        topics='[sets]\nbrand = "acme"\n[[topics]]\nname = "acme"\nquery = "@brnad"\nsources = ["forun"]\n',
    )
    assert settings.warnings == (
        "config/listener.toml:5: warning: people: nothing uses it yet; it follows in a later version",
        "config/listener.toml:7: warning: web: nothing uses it yet; it follows in a later version",
        "config/listener.toml:1: warning: sources: there is none, so that nothing is listened to",
        "config/listener.toml:9: warning: route.routes[0]: matches everything, so that no route after it is tried; "
        "add match or continue = true",
        "config/topics.toml:5: warning: topics[0].query: @brnad is no set, so it means an account; "
        'did you mean "@brand"?',
        'config/topics.toml:6: warning: topics[0].sources[0]: no source reads "forun", '
        "fine where a file brings such posts",
    )
    assert settings.people == {"lead": "@S0LEADS"}
    assert settings.web == Web("127.0.0.1:9000")


def test_no_topics_is_a_warning(loaded: Loader) -> None:
    assert loaded(topics="").warnings == (
        "config/topics.toml:1: warning: topics: there is none, so that nothing will be found",
    )


@pytest.mark.parametrize(
    ("match", "warned"), [("topic:tee", True), ("topic:tea", False), ("topic:GREEN-TEA", False), ("topic:gr*", False)]
)
def test_a_route_that_asks_for_a_topic_that_is_not_there_is_a_warning(loaded: Loader, match: str, warned: bool) -> None:
    settings = loaded(
        listener=f'{CONSOLE}[[route.routes]]\nmatch = "{match} OR moment:buy"\n[[sources]]\nuse = "forum"\n',
        topics='[[topics]]\nid = "tea"\nname = "green-tea"\nquery = "tea"\n',
    )
    warning = 'config/listener.toml:6: warning: route.routes[0].match: no topic is named "tee"; did you mean "tea"?'
    assert settings.warnings == ((warning,) if warned else ())


@pytest.mark.parametrize("query", ["@brand tea", "@teashop tea", 'tea "mail @brnad now"', "author:@brnad tea"])
def test_sets_and_accounts_that_are_meant_are_no_warning(loaded: Loader, query: str) -> None:
    topics = f"[sets]\nbrand = 'acme'\n[[topics]]\nname = 'tea'\nquery = '''{query}'''\n"
    assert loaded(topics=topics).warnings == ()


def test_the_same_files_load_to_equal_settings(folder: Path) -> None:
    assert load(folder, {}, find) == load(folder, {}, find)
