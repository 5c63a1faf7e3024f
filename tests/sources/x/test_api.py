"""The real tweepy on invented answers: what is asked, what each answer means, what is told of it."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from listener import __version__
from listener.errors import MissingSecret, SourceError
from listener.meter import Meter
from listener.sources.x.api import Api, Refused
from listener.sources.x.budget import COUNTS, LIMITS, LOOKUP, SEARCH, WINDOW, Budget
from tests.sources.x.fake import NOW, Env

QUESTION = {"query": "desk -is:retweet", "max_results": 10}
SPENT = "the credits of the X account, or its monthly cap, are used up"
EMPTY = {"meta": {"result_count": 0}}


class Wire:
    """A session that answers from a list and keeps what was asked."""

    def __init__(self, *answers: object) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, Mapping[str, Any], Mapping[str, str]]]()

    def request(self, method: str, url: str, **more: Any) -> requests.Response:
        assert (method, more["allow_redirects"]) == ("GET", False)
        self.asked.append((url, more["params"], more["headers"]))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, requests.Response) else response(200, answer)


def response(status: int, body: object, **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code, made.url = status, f"https://api.twitter.com{SEARCH}"
    made._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return made


def api(*answers: object, budget: Budget | None = None) -> tuple[Api, Wire]:
    wire = Wire(*answers)
    return Api(Env(), budget=budget or Budget(), session=wire), wire  # type: ignore[arg-type]  # stands for a session


def trouble(*answers: object) -> SourceError:
    with pytest.raises(SourceError) as caught:
        api(*answers)[0].search(QUESTION, NOW)
    return caught.value


def test_what_is_asked_names_us_and_wants_authors_and_whole_texts() -> None:
    asking, wire = api(EMPTY)
    asking.search({**QUESTION, "start_time": NOW}, NOW)
    url, params, headers = wire.asked[0]
    assert url == "https://api.twitter.com/2/tweets/search/recent"
    assert headers == {"User-Agent": f"listener/{__version__}", "Authorization": "Bearer some-token"}
    assert params["start_time"] == "2026-11-20T12:00:00Z" and params["expansions"] == "author_id"
    assert {"created_at", "note_tweet", "entities", "withheld"} <= set(params["tweet.fields"].split(","))


def test_a_token_that_was_mended_counts_at_once() -> None:
    asking, wire = api(EMPTY)
    env = Env("first")
    asking._env = env
    asking.search(QUESTION, NOW)
    env.token = "second"
    asking.search(QUESTION, NOW)
    assert [headers["Authorization"] for *_, headers in wire.asked] == ["Bearer first", "Bearer second"]


def test_a_token_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> str:
        raise MissingSecret(name)

    asking, _ = api(EMPTY)
    monkeypatch.setattr(asking._env, "secret", gone)
    with pytest.raises(Refused, match="set X_BEARER_TOKEN or X_BEARER_TOKEN_FILE") as caught:
        asking.search(QUESTION, NOW)
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("answer", "why", "code", "permanent", "wait"),
    [
        (response(401, {}), "api.twitter.com answered 401: check X_BEARER_TOKEN", "401", True, None),
        (response(403, {}), "api.twitter.com answered 403: check X_BEARER_TOKEN", "403", True, None),
        (response(404, b""), "api.twitter.com answered 404: there is no /2/tweets/search/recent", "404", True, None),
        (response(302, b"", Location="/"), "api.twitter.com answered 302: it has moved to another address", "302",
         False, None),
        (response(429, {}), "api.twitter.com answered 429: it asks for fewer requests", "429", False, None),
        (response(429, b"<html>", Retry_After="soon"),
         "api.twitter.com answered 429: it asks for fewer requests", "429", False, None),
        (response(429, {}, Retry_After="7"), "api.twitter.com answered 429: it asks to wait 7 s", "429", False, 7.0),
        (response(429, {}, x_rate_limit_reset=str(int(NOW.timestamp()) + 9)),
         "api.twitter.com answered 429: it asks to wait 9 s", "429", False, 9.0),
        (response(429, {"title": "UsageCapExceeded", "type": "https://api.twitter.com/2/problems/usage-capped"}),
         f"{SPENT} (429): check console.x.com", "credits", True, None),
        (response(402, {"title": "CreditsDepleted"}),
         f"{SPENT} (402): check console.x.com", "credits", True, None),
        (response(400, {"errors": [{"message": "no viable alternative at 'OR'"}], "title": "Invalid Request"}),
         "X does not understand the question: no viable alternative at 'OR'", "400", False, None),
        (response(400, {"title": "Invalid Request", "detail": "One or more parameters was invalid."}),
         "X does not understand the question: One or more parameters was invalid.", "400", False, None),
        (response(400, b"<html>oops"), "X does not understand the question: <html>oops", "400", False, None),
        (response(503, b"upstream"), 'api.twitter.com answered 503: "upstream"', "503", False, None),
        (response(200, b"<html><title>Please verify</title>"),
         'api.twitter.com answered a web page instead of JSON: "Please verify"', "html", False, None),
        ({"errors": [{"detail": "Service is over capacity", "type": "about:blank"}]},
         "X answered nothing but trouble: Service is over capacity", "errors", False, None),
        ({"errors": [{"title": "Partial failure"}], "meta": {"result_count": 0}},
         "X answered nothing but trouble: Partial failure", "errors", False, None),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do_and_costs_nothing(
    answer: object, why: str, code: str, permanent: bool, wait: float | None
) -> None:
    error = trouble(answer)
    assert (error.why, error.code, error.permanent, error.wait) == (why, code, permanent, wait)
    assert isinstance(error, Refused)


@pytest.mark.parametrize(
    ("answer", "why", "code"),
    [
        (
            response(200, b'{"data": [{"id": "1"'),
            "api.twitter.com answered JSON that is broken or ends early: ",
            "json",
        ),
        ([1], "api.twitter.com answered in another form than X does", "format"),
        ({"data": {"id": "1"}}, "api.twitter.com answered in another form than X does", "format"),
        (requests.ConnectionError("reset"), "cannot reach api.twitter.com, or it hung up", "connection"),
        (requests.ReadTimeout(), "no whole answer from api.twitter.com in time", "timeout"),
    ],
)
def test_a_lost_answer_may_have_cost_something(answer: object, why: str, code: str) -> None:
    error = trouble(answer)
    assert error.why.startswith(why) and (error.code, error.permanent) == (code, False)
    assert not isinstance(error, Refused)


@pytest.mark.parametrize(
    "failure",
    [
        requests.exceptions.ProxyError("Tunnel connection failed: 502"),
        requests.ConnectionError("NewConnectionError: refused"),
        requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED"),
    ],
)
def test_a_question_that_never_left_costs_nothing(failure: Exception) -> None:
    assert isinstance(trouble(failure), Refused)


def test_part_of_an_answer_is_an_answer() -> None:
    """An author who cannot be shown is told as an error beside the posts."""
    body = {"data": [{"id": "1", "text": "a"}], "errors": [{"type": "…/not-authorized-for-resource"}], **EMPTY}
    assert api(body)[0].search(QUESTION, NOW).ids == ("1",)


def test_a_count_without_a_number_is_none() -> None:
    with pytest.raises(Refused, match="X answered nothing but trouble"):
        api({"meta": {}})[0].count({"query": "desk"}, NOW)
    counted = api({"meta": {"total_tweet_count": 3}})[0].count({"query": "desk"}, NOW)
    assert counted.read == [f"count of desk at {NOW}"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"data": [{"id": "9", "text": "another"}]}, "repeat"),
        ({"data": [{"id": "1", "text": "a"}], "errors": [{"resource_id": "9"}]}, "repeat"),
        ({"errors": [{"detail": "over capacity"}]}, "errors"),
        ({}, "errors"),
    ],
)
def test_a_look_up_that_answers_something_else_is_none(body: object, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        api(body)[0].look_up(["1", "2"], NOW)
    assert caught.value.code == code


def test_the_token_is_in_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        error = trouble(response(401, {"detail": "some-token is bad", "authorization": "Bearer some-token"}))
    assert "some-token" not in caplog.text + str(error)


# The limits


class Clock:
    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def refusal(asking: Api) -> SourceError:
    with pytest.raises(SourceError) as caught:
        asking.search(QUESTION, NOW)
    return caught.value


def test_no_more_than_450_searches_in_15_minutes() -> None:
    clock = Clock()
    asking, wire = api(EMPTY, budget=Budget(clock))
    for _ in range(LIMITS[SEARCH]):
        asking.search(QUESTION, NOW)
    error = refusal(asking)
    assert (error.why, error.code, error.wait) == ("450 requests in 15 minutes are used up", "budget", WINDOW)
    assert isinstance(error, Refused)
    wire.answers = [{"meta": {"total_tweet_count": 1}}]
    asking.count({"query": "desk"}, NOW)
    clock.seconds += WINDOW
    wire.answers = [EMPTY]
    asking.search(QUESTION, NOW)


def test_what_x_says_is_left_is_heeded() -> None:
    clock = Clock()
    last = response(200, EMPTY, x_rate_limit_remaining="0", x_rate_limit_reset=str(int(NOW.timestamp()) + 40))
    asking, wire = api(last, EMPTY, budget=Budget(clock))
    asking.search(QUESTION, NOW)
    error = refusal(asking)
    assert (error.why, error.code, error.wait) == (
        "the requests of this quarter of an hour are used up", "budget", 40.0
    )  # fmt: skip
    assert len(wire.asked) == 1
    clock.seconds += 41
    asking.search(QUESTION, NOW)


def test_after_a_429_nobody_asks_before_the_wait_is_over() -> None:
    clock = Clock()
    budget = Budget(clock)
    one, wire = api(response(429, {}, Retry_After="5"), EMPTY, budget=budget)
    other, silent = api(EMPTY, budget=budget)
    assert refusal(one).wait == 5.0
    clock.seconds += 2
    error = refusal(other)
    assert (error.why, error.code, error.wait) == ("X asked for fewer requests", "429", 3.0)
    assert (len(wire.asked), silent.asked) == (1, [])
    clock.seconds += 4
    other.search(QUESTION, NOW)


def test_half_used_requests_are_spread_over_the_rest_of_the_window() -> None:
    clock = Clock()
    budget = Budget(clock)
    for _ in range(200):
        budget.spend(SEARCH)
    assert budget.pace(SEARCH) == 0.0
    clock.seconds += 450
    for _ in range(150):
        budget.spend(SEARCH)
    assert budget.pace(SEARCH) == pytest.approx(4.5)


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


def test_searches_of_the_process_before_count_and_ours_are_noted() -> None:
    clock = Clock()
    notes: Meter = Notebook([1_000.0, *[800.0] * 449])
    asking, _ = api(response(200, EMPTY, x_rate_limit_remaining="7", x_rate_limit_reset="60"), budget=Budget(clock))
    asking.count_with(notes)
    asking.search(QUESTION, NOW)
    assert isinstance(notes, Notebook) and (notes.asked, notes.said) == (1, [(7.0, 60.0)])
    assert (refusal(asking).code, refusal(asking).wait) == ("budget", 100.0)


def test_a_pause_that_another_process_was_asked_for_is_kept() -> None:
    asking, wire = api(EMPTY, budget=Budget(Clock()))
    asking.count_with(Notebook([], pause=33.0))
    assert refusal(asking).wait == 33.0 and wire.asked == []


def test_all_that_use_a_credential_share_one_budget() -> None:
    one, other = (Api(Env("shared-token"), session=Wire(EMPTY)) for _ in range(2))  # type: ignore[arg-type]
    assert one._budget("shared-token") is other._budget("shared-token")
    assert one._budget("shared-token") is not one._budget("another")
    assert {SEARCH, COUNTS, LOOKUP} == set(LIMITS)
