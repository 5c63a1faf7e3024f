"""The real praw against a service on this machine that misbehaves; the budget by a clock of the test."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from listener.errors import MissingSecret, SourceError
from listener.sources.reddit.api import Api, agent
from listener.sources.reddit.budget import A_MINUTE, Budget, budget_of
from tests.sources.reddit.fake import Env
from tests.sources.reddit.reader import NOW

TOKEN = {"access_token": "some-token", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
WELL: dict[str, Any] = {"kind": "Listing", "data": {"children": []}}

Answer = tuple[int, dict[str, str], bytes]


def answer(status: int = 200, body: Any = WELL, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, named, body if isinstance(body, bytes) else json.dumps(body).encode()


class Service:
    """Answers in turn, then well; logins apart."""

    def __init__(self) -> None:
        self.logins: list[Answer] = []
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def next(self, method: str, path: str, headers: dict[str, str]) -> Answer:
        self.asked.append((method, path, headers))
        queue, well = (self.logins, TOKEN) if path.endswith("access_token") else (self.answers, WELL)
        return queue.pop(0) if queue else answer(body=well)

    @property
    def count(self) -> int:
        return len(self.asked)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service() -> Service:
    return Service()


Make = Callable[..., Api]


@pytest.fixture
def make(service: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes clients of the service."""
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("prawcore.sessions.random.random", lambda: 0.0)  # praw's pause before it logs in again

    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize = "HTTP/1.1", -1

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, body = service.next(self.command, self.path, dict(self.headers))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    base, made = f"http://127.0.0.1:{server.server_address[1]}", list[Api]()

    def begin(env: Env | None = None, budget: Budget | None = None) -> Api:
        made.append(Api(env or Env(), budget=budget or Budget(clock), www=base, oauth=base, deadline=5.0))
        return made[-1]

    yield begin
    for api in made:
        api.close()
    server.shutdown()
    server.server_close()
    thread.join()


def ask(api: Api) -> object:
    return api.get("r/desks/new", {"limit": 5}, NOW)


def trouble(api: Api) -> SourceError:
    with pytest.raises(SourceError) as caught:
        ask(api)
    return caught.value


# Manners


def test_the_user_agent_is_as_reddit_demands(make: Make, service: Service) -> None:
    assert ask(make()) == WELL
    agents = {headers["User-Agent"] for _, _, headers in service.asked}
    assert len(agents) == 1
    assert agents.pop().startswith(agent(Env()) + " PRAW/")
    assert agent(Env(REDDIT_USERNAME="/u/acme_bot")).endswith(" (by /u/acme_bot)")


def test_only_reading_is_asked_for(make: Make, service: Service) -> None:
    api = make()
    ask(api), ask(api)
    paths = [(method, path) for method, path, _ in service.asked]
    assert paths == [("POST", "/api/v1/access_token"), *[("GET", "/r/desks/new?limit=5&raw_json=1")] * 2]


@pytest.mark.parametrize("name", ["", "a b", "x\r\nHost: evil", "é" * 5, "a" * 50])
def test_a_name_that_cannot_be_one_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(MissingSecret, match=r"REDDIT_USERNAME.*cannot be one"):
        Api(Env(REDDIT_USERNAME=name))


def test_a_praw_ini_in_the_way_changes_nothing(
    make: Make, service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "praw.ini").write_text("[DEFAULT]\nusername=eve\npassword=x\nratelimit_seconds=5\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("praw.config.Config.CONFIG", None)
    monkeypatch.setenv("praw_refresh_token", "another")
    ask(make())
    assert service.asked[0][1].endswith("access_token") and service.count == 2


def test_a_broken_praw_ini_is_named(make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "praw.ini").write_text("no section\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("praw.config.Config.CONFIG", None)
    assert "praw.ini cannot be read" in trouble(make()).why


# Refusals


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_login_names_the_settings(make: Make, service: Service, status: int) -> None:
    service.logins = [answer(status)]
    error = trouble(make())
    assert (error.permanent, error.code) == (True, "token")
    if status != 400:
        assert "check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET" in error.why


def test_a_login_that_is_refused_in_a_good_answer_is_understood(make: Make, service: Service) -> None:
    service.logins = [answer(body={"error": "unsupported_grant_type"})]
    error = trouble(make())
    assert error.permanent and "unsupported_grant_type" in error.why and "REDDIT_CLIENT_ID" in error.why


def test_a_login_of_another_form_is_named(make: Make, service: Service) -> None:
    service.logins = [answer(body={"token": 5})]
    assert trouble(make()).code == "format"


def test_a_token_that_has_expired_is_renewed_once(make: Make, service: Service) -> None:
    service.answers = [answer(401)]
    assert ask(make()) == WELL
    assert service.count == 4


def test_a_token_that_stays_refused_is_permanent_and_the_secrets_are_read_again(make: Make, service: Service) -> None:
    service.answers = [answer(401), answer(401)]
    env = Env()
    api = make(env)
    error = trouble(api)
    assert (error.permanent, error.code, service.count) == (True, "401", 4)
    assert "check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET" in error.why
    env.secrets["REDDIT_CLIENT_SECRET"] = "mended"
    assert ask(api) == WELL
    logins = [headers["Authorization"] for _, path, headers in service.asked if path.endswith("access_token")]
    assert logins[0] == logins[1] != logins[2]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (answer(503, b"down"), "503"),
        (answer(500, b""), "500"),
        (answer(302, b"", Location="/subreddits/search"), "302"),
        (answer(404), "404"),
        (answer(body=b"<html>Please verify you are human</html>"), "html"),
        (answer(body=b'{"kind": "Lis'), "json"),
        (answer(body=b""), "json"),
        (answer(body=b"[" * 100_000), "json"),
        (answer(body=b" " * 5_000_001), "too-long"),
    ],
)
def test_strange_answers_are_named_and_asked_for_once(make: Make, service: Service, given: Answer, code: str) -> None:
    service.answers = [given]
    assert trouble(make()).code == code
    assert service.count == 2


def test_a_service_that_cannot_be_reached_is_named() -> None:
    error = trouble(Api(Env(), budget=Budget(), www="http://127.0.0.1:9", oauth="http://127.0.0.1:9"))
    assert (error.code, error.permanent) == ("connection", False)


def test_a_secret_that_vanished_is_named(make: Make) -> None:
    class Bare(Env):
        def secret(self, name: str) -> str:
            if name == "REDDIT_CLIENT_SECRET":
                raise MissingSecret(name)
            return super().secret(name)

    error = trouble(make(Bare()))
    assert (error.permanent, "REDDIT_CLIENT_SECRET_FILE" in error.why) == (True, True)


# The budget


def test_a_429_says_how_long_and_nobody_else_asks_meanwhile(make: Make, service: Service, clock: Clock) -> None:
    budget = Budget(clock)
    api, other = make(budget=budget), make(budget=budget)
    service.answers = [answer(429, Retry_After="17")]
    assert (trouble(api).wait, trouble(api).code) == (17.0, "429")
    clock.seconds = 10
    assert (trouble(other).wait, trouble(other).code, service.count) == (7.0, "429", 2)
    clock.seconds = 17.5
    assert ask(other) == WELL


def test_a_429_of_a_window_that_is_used_up_waits_for_the_next(make: Make, service: Service) -> None:
    service.answers = [answer(429, x_ratelimit_remaining="0.0", x_ratelimit_reset="123")]
    assert trouble(make()).wait == 123.0


@pytest.mark.parametrize("headers", [{}, {"x_ratelimit_remaining": "900.0", "x_ratelimit_reset": "500"}])
def test_a_429_that_does_not_say_how_long_backs_off(make: Make, service: Service, headers: dict[str, str]) -> None:
    service.answers = [answer(429, **headers)]
    api = make()
    assert (trouble(api).wait, ask(api)) == (None, WELL)


@pytest.mark.parametrize("left", ["soon", "", "nan"])
def test_odd_headers_do_no_harm(make: Make, service: Service, left: str) -> None:
    service.answers = [answer(503, b"", x_ratelimit_remaining=left), answer(x_ratelimit_remaining=left)]
    api = make()
    assert (trouble(api).code, ask(api)) == ("503", WELL)


def test_an_answer_that_says_the_window_is_used_up_is_heeded(make: Make, service: Service, clock: Clock) -> None:
    service.answers = [answer(X_Ratelimit_Remaining="0.0", X_Ratelimit_Used="1000", X_Ratelimit_Reset="200")]
    api = make()
    assert ask(api) == WELL
    assert (trouble(api).code, trouble(api).wait) == ("budget", 200.0)
    clock.seconds = 201
    assert ask(api) == WELL


def test_praw_itself_never_sleeps_by_the_headers(make: Make, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("prawcore.rate_limit.time.sleep", slept.append)
    service.answers = [answer(x_ratelimit_remaining="5.0", x_ratelimit_used="995", x_ratelimit_reset="590")] * 3
    api = make()
    for _ in range(3):
        ask(api)
    assert slept == []


def test_no_minute_has_more_requests_than_allowed(clock: Clock) -> None:
    budget, made = Budget(clock), list[float]()
    for clock.seconds in range(400):
        for _ in range(3):
            try:
                budget.spend()
            except SourceError as error:
                assert error.code == "budget" and error.wait and 0 < error.wait <= 60
            else:
                made.append(clock.seconds)
    assert max(sum(at <= other < at + 60 for other in made) for at in made) == A_MINUTE
    assert len(made) > 600


def test_one_credential_has_one_budget() -> None:
    assert budget_of("a") is budget_of("a") is not budget_of("b")


class Notebook:
    """A meter as another process left it."""

    def __init__(self, ages: list[float], pause: float = 0.0) -> None:
        self.known, self.rest, self.asked, self.said = ages, pause, 0, list[tuple[float, float]]()

    def ages(self, seconds: float) -> list[float]:
        return [age for age in self.known if age < seconds]

    def pause(self) -> float:
        return self.rest

    def ask(self) -> None:
        self.asked += 1

    def heard(self, left: float, resets: float) -> None:
        self.said.append((left, resets))


def test_requests_of_the_process_before_count(make: Make, clock: Clock) -> None:
    api = make(budget=Budget(clock))
    api.count_with(Notebook([70.0, *[40.0] * (A_MINUTE - 2)]))
    assert ask(api) == WELL, "a login and a question fit"
    assert (trouble(api).code, trouble(api).wait) == ("budget", 20.0)
    clock.seconds = 21
    assert ask(api) == WELL


def test_a_pause_that_reddit_asked_the_process_before_for_is_kept(make: Make, service: Service, clock: Clock) -> None:
    api = make()
    api.count_with(Notebook([], pause=33.0))
    assert (trouble(api).wait, service.count) == (33.0, 0)
    clock.seconds = 34
    assert ask(api) == WELL


def test_each_request_and_what_reddit_says_is_left_are_written_down(make: Make, service: Service) -> None:
    api, notebook = make(), Notebook([])
    ask(api)
    api.count_with(notebook)  # also of a connection that is open
    service.answers = [answer(x_ratelimit_remaining="7.0", x_ratelimit_reset="300"), answer(429, retry_after="60")]
    ask(api)
    assert trouble(api).wait == 60.0
    assert (notebook.asked, notebook.said) == (2, [(7.0, 300.0), (0, 60.0)])
