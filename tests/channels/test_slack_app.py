"""What the desk asks of Slack: sockets, forms and words for one person; and what is said when Slack refuses."""

import ssl
from collections.abc import Callable
from socket import socketpair
from typing import Any

import pytest
from slack_sdk.errors import SlackClientNotConnectedError

from listener.channels.slack.app import SlackApp, has_buttons, is_unset, why_none
from listener.channels.slack.socket import Bounded, Socket
from listener.config import Env
from listener.errors import ChannelError
from tests.channels.conftest import Secrets
from tests.channels.server import Server, answer, closed_port, reset

TOKENS = Secrets(SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1-very-secret")


def refusal(call: Callable[[], object]) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        call()
    assert "secret" not in str(caught.value)
    return caught.value


def test_a_socket_is_asked_for_with_the_app_level_token_alone(server: Server) -> None:
    server.script = [answer({"ok": True, "url": "wss://x.example/link"})]
    assert SlackApp(TOKENS, server.url).address() == "wss://x.example/link"
    [asked] = server.seen
    assert asked.path == "/apps.connections.open"
    assert asked.headers["authorization"] == "Bearer xapp-1-very-secret"
    assert b"secret" not in asked.body


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("invalid_auth", "SLACK_APP_TOKEN is not valid"),
        ("token_revoked", "SLACK_APP_TOKEN was revoked"),
        ("not_allowed_token_type", "SLACK_APP_TOKEN is no app-level token"),
        ("missing_scope", "SLACK_APP_TOKEN lacks the scope connections:write"),
        ("account_inactive", "was removed from the workspace"),
    ],
)
def test_a_refused_token_is_named_with_what_mends_it(server: Server, code: str, said: str) -> None:
    server.script = [answer({"ok": False, "error": code, "needed": "connections:write"})]
    error = refusal(SlackApp(TOKENS, server.url).address)
    assert said in error.why
    assert "App-Level Tokens" in error.why
    assert "SLACK_BOT_TOKEN" not in error.why
    assert (error.permanent, error.code) == (True, code)


def test_what_passes_by_itself_is_tried_again(server: Server) -> None:
    server.script = [answer({"ok": False, "error": "ratelimited"}, status=429, Retry_After="7"), reset]
    app = SlackApp(TOKENS, server.url)
    slow = refusal(app.address)
    assert (slow.permanent, slow.wait) == (False, 7)
    assert not refusal(app.address).permanent
    assert not refusal(SlackApp(TOKENS, f"http://127.0.0.1:{closed_port()}/").address).permanent


@pytest.mark.parametrize(
    ("env", "unset", "why"),
    [
        ({}, True, "set SLACK_APP_TOKEN or SLACK_APP_TOKEN_FILE"),
        ({"SLACK_APP_TOKEN_FILE": "/no/such/file"}, False, "cannot be read"),
        ({"SLACK_APP_TOKEN": "xoxb-1"}, False, "is no app-level token, which begins with xapp-"),
        ({"SLACK_APP_TOKEN": "xapp-1\n2"}, False, "is no app-level token"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, False, ""),
    ],
)
def test_what_is_no_token_is_said_before_slack_is_asked(env: dict[str, str], unset: bool, why: str) -> None:
    assert is_unset(Env(env)) is unset
    assert why in why_none(Env(env))
    assert has_buttons(Env(env)) is (why == "")
    if why:
        assert why in refusal(SlackApp(Env(env), "http://127.0.0.1:1/").address).why


def test_our_workspace_is_that_of_the_bot_token(server: Server) -> None:
    server.script = [answer({"ok": True, "team_id": "T0OURS"}), answer({"ok": False, "error": "token_revoked"})]
    app = SlackApp(TOKENS, server.url)
    assert app.team() == "T0OURS"
    assert server.seen[0].headers["authorization"] == "Bearer xoxb-1"
    assert "SLACK_BOT_TOKEN" in refusal(app.team).why
    assert "SLACK_BOT_TOKEN" in refusal(SlackApp(Secrets(), server.url).team).why


def test_words_for_one_person_and_forms_go_where_they_should(server: Server) -> None:
    server.script = [answer({"ok": True})]
    app = SlackApp(TOKENS, server.url)
    app.whisper("C1", "U1", "hello")
    app.show("7.7", {"type": "modal"})
    said, opened = server.seen
    assert (said.path, opened.path) == ("/chat.postEphemeral", "/views.open")
    assert {name: said.form[name] for name in ("channel", "user", "text")} == {
        "channel": "C1",
        "user": "U1",
        "text": "hello",
    }
    assert opened.form == {"trigger_id": "7.7", "view": {"type": "modal"}}


# The socket itself


def opened(address: str) -> Callable[[], object]:
    return lambda: Socket.opened(lambda: address, lambda socket, message: None)


@pytest.mark.parametrize("address", ["", "ws://x.example/", "https://x.example/", "wss://127.0.0.1:8080/"])
def test_no_socket_is_opened_without_tls(address: str) -> None:
    assert "an address for the socket that is none" in refusal(opened(address)).why


def test_a_proxy_that_is_not_there_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:very-secret@127.0.0.1:{closed_port()}")
    assert refusal(opened("wss://x.example/")).why == "no socket came about: Connection refused"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # slack_sdk leaves it to the collector
def test_a_proxy_that_refuses_is_told_without_its_password(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.script = [answer(b"no", status=403)]
    monkeypatch.setenv("HTTPS_PROXY", server.url.replace("http://", "http://user:very-secret@"))
    assert refusal(opened("wss://x.example/")).why == "no socket came about: the connection was refused"
    assert server.seen[0].path == "x.example:443"


def test_hosts_that_need_no_proxy_are_asked_without(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.script = [answer(b"no", status=403)]
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    monkeypatch.setenv("NO_PROXY", "localhost")
    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", _never)
    refusal(opened("wss://localhost/"))
    assert server.seen == []


def _never(*_: Any, **__: Any) -> None:
    raise OSError("no TLS here")


def test_an_answer_by_a_lost_socket_is_no_surprise() -> None:
    class Lost:
        sock = None

        def send(self, payload: str) -> None:
            raise SlackClientNotConnectedError("gone")

        def is_active(self) -> bool:
            return False

        def close(self) -> None: ...

    made = Socket(lambda: "", lambda socket, message: None)
    try:
        assert refusal(lambda: made.answer({"envelope_id": "1"})).why == "the socket was lost"
        made.current_session = Lost()  # type: ignore[assignment]
        assert refusal(lambda: made.answer({"envelope_id": "1"})).why == "the socket was lost"
        made.connect_to_new_endpoint(force=True)
        assert made.is_leaving
    finally:
        made.hang_up()


def test_a_message_longer_than_any_honest_one_breaks_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.channels.slack.socket.LONGEST", 10)
    ours, theirs = socketpair()
    with ours, theirs:
        bounded = Bounded(ours)
        bounded.settimeout(0.01)
        for _ in range(3):
            theirs.sendall(b"12345678")
            assert bounded.recv(64) == b"12345678"
            bounded.begin()
        theirs.sendall(b"12345678")
        assert bounded.recv(64) == b"12345678"
        with pytest.raises(TimeoutError):
            bounded.recv(64)
        theirs.sendall(b"12345678")
        assert bounded.recv(64) == b"12345678", "after a pause another one begins"
        theirs.sendall(b"901")
        with pytest.raises(OSError, match="more than 10 bytes"):
            bounded.recv(64)
