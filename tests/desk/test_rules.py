"""What a click changes: each rule, and that clicks which repeat, mix or race end as if each had come once."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from listener.desk.rules import decide
from listener.types.desk import Act, Action, Outcome, Said
from listener.types.trend import Kind
from tests.making import NOW

ANNA, BEN = "U0ANNA", "U0BEN"
HERS = Said(owner="anna", owner_id=ANNA)
DAY = timedelta(days=1)
URL = "https://example.org/a"


def action(act: Act, user: str = ANNA, value: str = "", minutes: float = 0, key: str = "k") -> Action:
    at = NOW + timedelta(minutes=minutes)
    return Action(key=key, act=act, card="c", user=user, name=user[2:].lower(), at=at, value=value)


@pytest.mark.parametrize(
    ("act", "user", "before", "after", "outcome"),
    [
        (Act.OWN, ANNA, Said(), HERS, Outcome.DONE),
        (Act.OWN, ANNA, HERS, HERS, Outcome.NOTHING),
        (Act.OWN, BEN, HERS, HERS, Outcome.HELD),
        (Act.OWN, BEN, Said(owner="Carl"), Said(owner="Carl"), Outcome.HELD),
        (Act.TAKE_OVER, BEN, HERS, Said(owner="ben", owner_id=BEN), Outcome.DONE),
        (Act.TAKE_OVER, ANNA, HERS, HERS, Outcome.NOTHING),
        (Act.TAKE_OVER, BEN, Said(), Said(owner="ben", owner_id=BEN), Outcome.DONE),
        (Act.LET_GO, ANNA, HERS, Said(), Outcome.DONE),
        (Act.LET_GO, BEN, HERS, HERS, Outcome.NOT_YOURS),
        (Act.LET_GO, BEN, Said(owner="Carl"), Said(owner="Carl"), Outcome.NOT_YOURS),
        (Act.LET_GO, BEN, Said(), Said(), Outcome.NOTHING),
        (Act.MUTE, BEN, HERS, replace(HERS, muted_until=NOW + DAY), Outcome.DONE),
        (Act.MUTE, BEN, Said(muted_until=NOW + 3 * DAY), Said(muted_until=NOW + 3 * DAY), Outcome.NOTHING),
        (Act.MUTE, BEN, Said(muted_until=NOW - DAY), Said(muted_until=NOW + DAY), Outcome.DONE),
        (Act.UNMUTE, BEN, Said(muted_until=NOW + DAY), Said(), Outcome.DONE),
        (Act.UNMUTE, BEN, Said(), Said(), Outcome.NOTHING),
        (Act.REFUSE, BEN, HERS, replace(HERS, refused=True), Outcome.DONE),
        (Act.REFUSE, BEN, Said(refused=True), Said(refused=True), Outcome.NOTHING),
        (Act.ALLOW, BEN, Said(refused=True), Said(), Outcome.DONE),
    ],
)
def test_each_button_changes_one_thing(act: Act, user: str, before: Said, after: Said, outcome: Outcome) -> None:
    assert decide(action(act, user), before) == (after, outcome)


def test_an_answer_is_noted_and_may_be_changed() -> None:
    said, outcome = decide(action(Act.ANSWER, value=URL), Said())
    assert (said, outcome) == (Said(answer=URL), Outcome.DONE)
    assert decide(action(Act.ANSWER, BEN, URL), said) == (said, Outcome.NOTHING)
    assert decide(action(Act.ANSWER, BEN, URL + "b"), said) == (Said(answer=URL + "b"), Outcome.DONE)


@pytest.mark.parametrize("kind", [Kind.NEED, Kind.MOOD, Kind.SILENCE])
@pytest.mark.parametrize("act", [Act.ANSWER, Act.REFUSE, Act.ALLOW])
def test_what_is_no_question_can_neither_be_answered_nor_refused(kind: Kind, act: Act) -> None:
    said = Said(kind=kind)
    assert decide(action(act, value=URL), said) == (said, Outcome.UNFIT)


@pytest.mark.parametrize("kind", list(Kind))
def test_everything_can_be_owned_and_muted(kind: Kind) -> None:
    assert decide(action(Act.OWN), Said(kind=kind))[1] is Outcome.DONE
    assert decide(action(Act.MUTE), Said(kind=kind))[1] is Outcome.DONE


@dataclass
class Board:
    """What a person with a pencil would have written after the same clicks."""

    owner: str = ""
    muted: float | None = None
    refused: bool = False
    answer: str = ""
    done: list[str] = field(default_factory=list)

    def click(self, act: Act, user: str, minute: int, value: str) -> None:
        before = (self.owner, self.muted, self.refused, self.answer)
        if (act is Act.OWN and not self.owner) or act is Act.TAKE_OVER:
            self.owner = user
        if act is Act.LET_GO and self.owner == user:
            self.owner = ""
        if act is Act.MUTE:
            self.muted = max(self.muted or 0, minute + 1_440)
        if act is Act.UNMUTE:
            self.muted = None
        if act in (Act.REFUSE, Act.ALLOW):
            self.refused = act is Act.REFUSE
        if act is Act.ANSWER:
            self.answer = value
        if before != (self.owner, self.muted, self.refused, self.answer):
            self.done.append(act)


clicks = st.lists(st.tuples(st.sampled_from(Act), st.sampled_from([ANNA, BEN]), st.sampled_from("ab")), max_size=12)


@settings(max_examples=60)
@given(clicks)
def test_any_row_of_clicks_ends_as_on_paper(row: list[tuple[Act, str, str]]) -> None:
    said, board, done = Said(), Board(), []
    for minute, (act, user, value) in enumerate(row):
        said, outcome = decide(action(act, user, value if act is Act.ANSWER else "", minute), said)
        board.click(act, user, minute, value)
        done += [act] if outcome is Outcome.DONE else []
    until = None if board.muted is None else NOW + timedelta(minutes=board.muted)
    assert said == Said(
        owner=board.owner[2:].lower(),
        owner_id=board.owner,
        muted_until=until,
        refused=board.refused,
        answer=board.answer,
    )
    assert done == board.done
