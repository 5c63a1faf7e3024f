"""Pages of texts: what `tokens`, `spans` and `split` tell of each."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.tag import texts as module
from listener.tag.grams import END, START, spans, tokens
from listener.tag.texts import Reader, Row, Texts, read
from listener.types import Span

PIECES = st.sampled_from(
    [
        "a",
        "don’t",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\t",
        "\u00a0",
        "https://x.example/a?b",
        "@me",
        "3.5",
        "?!",
        START,
        END,
        "😀",
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=20)


def strings(row: Row, text: int) -> list[str]:
    return [row.strings.all[number] for number in row.numbers[row.starts[text] : row.starts[text + 1]]]


def told(read_: Texts, text: int) -> tuple[list[str], list[Span], list[str]]:
    """The tokens of a text, their places without those of begin and end, and its words."""
    row = read_.tokens
    inner = slice(row.starts[text] + 1, row.starts[text + 1] - 1)
    places = map(Span, row.places[inner].tolist(), row.ends[inner].tolist())
    return strings(row, text), list(places), strings(read_.words, text)


def expected(text: str) -> tuple[list[str], list[Span], list[str]]:
    return tokens(text), spans(text), text.split()


@given(st.lists(TEXTS, max_size=5))
def test_a_page_holds_what_each_text_holds(texts: list[str]) -> None:
    page = read(texts)
    assert [told(page, number) for number in range(len(texts))] == list(map(expected, texts))


@given(st.lists(TEXTS, min_size=1, max_size=5), st.data())
def test_some_texts_of_a_page_are_a_page(texts: list[str], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=5))
    page = read(texts).only(chosen)
    assert [told(page, number) for number in range(len(chosen))] == [expected(texts[number]) for number in chosen]
    assert page.tokens.counts.sum() == len(page.tokens.owners) == len(page.tokens.numbers)


@pytest.mark.parametrize("most", [0, 20, 10_000])
def test_what_is_forgotten_is_read_again(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(module, "_LETTERS", most)
    reader = Reader()
    for texts in (["why so"], ["why not, so"], ["a" * 30, "b c"], [], ["why so"]):
        page = reader(texts)
        assert [told(page, number) for number in range(len(texts))] == list(map(expected, texts))


def test_memory_is_bounded_by_letters() -> None:
    reader = Reader()
    first = reader(["why"]).tokens.strings
    for number in range(5):
        reader([f"{number}" + "x" * 150_000])
    assert reader(["why"]).tokens.strings is not first


def test_threads_read_the_same() -> None:
    pages = [[f"why {n * k % 9} so{k}?" for n in range(30)] for k in range(12)]
    with ThreadPoolExecutor(4) as pool:
        for texts, page in zip(pages, pool.map(Reader(), pages), strict=True):
            assert [told(page, number) for number in range(len(texts))] == list(map(expected, texts))
