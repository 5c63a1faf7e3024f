"""What mends a source's trouble is said exactly, for every message that a source gives."""

from datetime import timedelta
from pathlib import Path

import pytest

from listener.ops.cure import cure
from listener.store import Standing
from tests.making import NOW

FOLDER = Path("config")
AGAIN = "it is tried again at 12:15 UTC"
AFTER = f"after a change of the environment start Listener again; a file named by …_FILE is read: {AGAIN}"


def said(why: str, stream: str = "", *, running: bool = True) -> str:
    return cure(Standing(stream, why, NOW, NOW + timedelta(minutes=15)), "it", FOLDER, running=running)


@pytest.mark.parametrize(
    ("why", "cured"),
    [
        (
            "Reddit answered 401: check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET",
            f"check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET; {AFTER}",
        ),
        (
            "Reddit refused the login (invalid_grant): check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET",
            f"check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET; {AFTER}",
        ),
        (
            "set REDDIT_USERNAME or REDDIT_USERNAME_FILE (to the name of your Reddit account)",
            f"set REDDIT_USERNAME or REDDIT_USERNAME_FILE (to the name of your Reddit account); {AFTER}",
        ),
        (
            "hn.algolia.com answered 403: check HTTPS_PROXY, or whether the service blocks this address",
            f"check HTTPS_PROXY, or whether the service blocks this address; {AFTER}",
        ),
        ("praw.ini cannot be read: remove it", f"remove it; {AGAIN}"),
        (
            "feeds.example answered 404: there is no /feed",
            f'mend what it reads: [[sources]] "it" in config/listener.toml; {AGAIN}',
        ),
        ("the login failed (set X_BEARER_TOKEN)", f"set X_BEARER_TOKEN; {AFTER}"),
        (
            "today's $1.60 for new posts are spent (max_usd_per_day = 2); it goes on at 00:00 UTC",
            f'wait, or raise max_usd_per_day: [[sources]] "it" in config/listener.toml; {AGAIN}',
        ),
        ("hn.algolia.com answered 503", AGAIN),
        ("hn.algolia.com answered 429: it asks to wait 17 s", AGAIN),
        ("no whole answer from hn.algolia.com in time", AGAIN),
    ],
)
def test_what_a_message_advises_is_what_is_told(why: str, cured: str) -> None:
    assert said(why) == cured


def test_a_part_that_is_gone_is_to_be_taken_out() -> None:
    cured = f'mend or remove feeds.example/b: [[sources]] "it" in config/listener.toml; {AGAIN}'
    assert said("feeds.example answered 410: /b is gone", "feeds.example/b") == cured


def test_where_nothing_runs_the_command_that_tries_is_named() -> None:
    assert said("hn.algolia.com answered 503", running=False) == "listener once --source it"
    assert said("answered 401: check X_BEARER_TOKEN", running=False) == (
        "check X_BEARER_TOKEN; then `listener once --source it`"
    )
