"""The learning curve, and leaving out whole origins: what is read was not learned from."""

import importlib
from typing import Any, ClassVar

import pytest

np = pytest.importorskip("numpy", reason="training needs NumPy")
pytest.importorskip("scipy", reason="training needs SciPy")

from listener.tag.linear import HEADS  # noqa: E402
from listener.tag.weights import TAGS  # noqa: E402

# Looked up by name: training is checked by what it does, its libraries ship no types.
curve: Any = importlib.import_module("training.curve")
data: Any = importlib.import_module("training.data")
origins: Any = importlib.import_module("training.origins")
spread: Any = importlib.import_module("training.spread")

BUY = TAGS.index("buy")


def post(number: int, origin: str = "shop") -> dict[str, Any]:
    wish = number % 2
    return {
        "id": str(number),
        "text": f"{'where can I buy' if wish else 'the sun is on'} {origin} thing{number}",
        "platform": "forum",
        "origin": origin,
        "natural": number % 4 < 2,
        "moments": ["buy"] if wish else [],
        "question": bool(wish),
        "urgency": 0,
        "signals": [],
    }


class Learned:
    """Stands for a tagger: knows which posts it was learned from, and finds wishes."""

    seen: ClassVar[list[set[str]]] = []

    def __init__(self, labels: list[dict[str, Any]], tweets: list[Any]) -> None:
        self.texts = {record["text"] for record in labels}
        Learned.seen.append(self.texts)

    def logits(self, texts: Any) -> Any:
        asked = list(texts)
        assert self.texts.isdisjoint(asked), "what is read was learned from"
        sure = [[4.0 if "buy" in text else -4.0] * len(HEADS) for text in asked]
        return np.array(sure, np.float32).reshape(len(asked), len(HEADS))


@pytest.fixture(autouse=True)
def learned(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    Learned.seen = []
    for module in (curve, origins):
        monkeypatch.setattr(module, "learn", Learned)
    return Learned.seen


def judged(true: list[int], given: list[int]) -> Any:
    return {"buy": [(bool(t), bool(g), 0.5) for t, g in zip(true, given, strict=True)]}


def test_a_size_is_how_many_posts_teach(learned: list[set[str]]) -> None:
    labels = [post(n) for n in range(100)]
    sizes = [size for size, _ in curve.curve(labels, (10, 40))]
    assert sizes == [10, 40]
    assert [len(texts) for texts in learned] == [10] * 5 + [40] * 5


def test_a_size_beyond_the_folds_takes_all_that_finer_ones_leave(learned: list[set[str]]) -> None:
    [(size, _)] = curve.curve([post(n) for n in range(100)], (95,))
    assert len(learned) == curve.FINE
    assert 85 <= size <= 95


def test_every_post_is_read_once_by_who_has_not_seen_it() -> None:
    labels = [post(n) for n in range(60)]
    _, logits = curve.held_out(labels, 60, 5)
    assert (logits[:, BUY] > 0).tolist() == ["buy" in record["text"] for record in labels]


def test_the_curve_tells_all_posts_natural_ones_and_each_tag() -> None:
    [(_, told)] = curve.curve([post(n) for n in range(80)], (20,))
    assert told["buy"].value == told["natural"].value == told["macro F1"].value == 1.0
    assert {"macro F1", "natural", "any moment", *TAGS} <= told.keys()


def test_an_origin_is_left_out_whole_with_its_copies(learned: list[set[str]]) -> None:
    labels = [post(n) for n in range(60)] + [post(n, "fair") for n in range(40)] + [post(1, "tiny")]
    labels.append({**post(0), "text": labels[60]["text"].upper(), "origin": "shop"})
    found = list(origins.origins(labels, 10))
    assert [(each.name, each.posts) for each in found] == [("shop", 61), ("fair", 40), ("all of them", 101)]
    without_shop, without_fair = learned[-2:]
    assert not any("shop" in text for text in without_shop)
    assert {data.plain(text) for text in without_fair}.isdisjoint(
        data.plain(record["text"]) for record in labels[60:100]
    )
    assert found[0].left_out.value == found[0].folded.value == found[0].asked_left_out.value == 1.0


def test_a_spread_holds_its_value_and_narrows_with_posts() -> None:
    true, given = [1, 1, 1, 0, 0, 0, 1, 0], [1, 1, 0, 0, 1, 0, 1, 0]
    few = spread.macro_f1(judged(true, given), range(8), ["buy"])
    many = spread.macro_f1(judged(true * 50, given * 50), range(400), ["buy"])
    assert few.value == many.value == pytest.approx(0.75)
    assert few.low < many.low < 0.75 < many.high < few.high
    assert str(many).startswith("0.750 (0.")


def test_only_the_chosen_posts_and_tags_that_some_have_count() -> None:
    found = {**judged([1, 0, 1], [1, 0, 0]), "go": [(False, True, 0.5)] * 3}
    assert spread.macro_f1(found, [0, 1], ["buy", "go"]).value == 1.0
    assert spread.macro_f1(found, [2], ["buy"]).value == 0.0


def test_of_no_posts_nothing_is_told() -> None:
    assert spread.macro_f1(judged([1], [1]), [], ["buy"]) == (0.0, 0.0, 0.0)


def test_each_size_is_printed_as_soon_as_it_is_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(data, "records", lambda path: [post(n) for n in range(60)])
    curve.main("labels.jsonl", (10, 1_000))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[0] == "10"
    assert all("macro F1 1.000 (1.000–1.000)" in line for line in lines)
    assert len(lines) == 2


def test_each_origin_is_printed_beside_its_folds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(data, "records", lambda path: [post(n, "fair" if n > 40 else "shop") for n in range(60)])
    origins.main("labels.jsonl", 10)
    head, *lines = capsys.readouterr().out.splitlines()
    assert "left out" in head
    assert [line.split()[0] for line in lines] == ["shop", "fair", "all"]
    assert all("1.000 (1.000–1.000) / 1.000 (1.000–1.000)" in line for line in lines)
