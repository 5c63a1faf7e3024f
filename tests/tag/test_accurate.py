"""The accurate tagger: the same tags always, words for each, and a simpler tagger where it cannot be read."""

import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from listener.tag import load
from listener.types import Moment, Post, Tags

np = pytest.importorskip("numpy", reason="the accurate tagger is not installed")
pytest.importorskip("onnxruntime", reason="the accurate tagger is not installed")
pytest.importorskip("tokenizers", reason="the accurate tagger is not installed")

from listener.tag import accurate  # noqa: E402
from listener.tag.encoder import Heads, Pieces, dump_heads, load_heads  # noqa: E402
from listener.types import Span  # noqa: E402

TEXTS = [
    "Where can I buy a standing desk in Leeds before Saturday?",
    "my kettle leaks and the shop will not answer, worst service ever",
    "how do I reset the router",
    "the sun shines on the hill",
    "",
    "😀 " * 300,
    "a" * 3_000,
    "is it down? " * 300,
]


@pytest.fixture(scope="module")
def tagger() -> accurate.AccurateTagger:
    return accurate.accurate_tagger()


@pytest.fixture
def posts(post: Callable[..., Post]) -> list[Post]:
    return [post(text, id=str(number)) for number, text in enumerate(TEXTS)]


@pytest.fixture
def tagged(tagger: accurate.AccurateTagger, posts: list[Post]) -> list[Tags]:
    return tagger(posts)


def test_it_reads_what_is_wanted(tagged: list[Tags]) -> None:
    assert set(tagged[0].labels) >= {Moment.BUY, Moment.GO}
    assert tagged[0].is_question
    assert tagged[0].place == "Leeds"
    assert "complaint" in tagged[1].signals
    assert tagged[1].sentiment.label == "negative"
    assert tagged[2].labels == (Moment.DO,)
    assert tagged[3].labels == ()


def test_vectors_alone_are_those_of_the_tags(tagger: accurate.AccurateTagger, tagged: list[Tags]) -> None:
    vectors = tagger.vectors
    assert vectors(TEXTS[:4]) == [tags.vector for tags in tagged[:4]]
    assert {len(vector) for vector in vectors(TEXTS)} == {vectors.width}
    assert vectors.centred


def test_tags_depend_on_the_post_alone(tagger: accurate.AccurateTagger, posts: list[Post], tagged: list[Tags]) -> None:
    assert [tagger([post])[0] for post in posts] == tagged
    assert tagger(posts[::-1]) == tagged[::-1]
    assert pickle.loads(pickle.dumps(tagger))(posts) == tagged


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_tags_are_the_same_on_any_number_of_threads_and_pages(
    tagger: accurate.AccurateTagger,
    posts: list[Post],
    tagged: list[Tags],
    monkeypatch: pytest.MonkeyPatch,
    threads: int,
) -> None:
    monkeypatch.setattr(accurate, "_MOST_THREADS", threads)
    monkeypatch.setattr("os.cpu_count", lambda: threads)
    monkeypatch.setattr(accurate, "_PAGE", 2)
    assert tagger(posts) == tagged
    assert tagger([]) == []


def test_the_encoder_makes_the_same_of_a_text_to_the_last_bit_whatever_is_beside_it(
    tagger: accurate.AccurateTagger,
) -> None:
    encode = tagger._model._encode  # type: ignore[attr-defined]
    texts = ["is it down? " * (number % 12) + "why " * (number % 5) for number in range(40)]
    for text, pieces in zip(texts, encode.page(texts), strict=True):
        alone = encode(text)
        assert alone.vectors.tobytes() == pieces.vectors.tobytes()
        assert (alone.spans, alone.begins) == (pieces.spans, pieces.begins)


class Alone:
    """A session of a graph that measures each run by itself: a vector of one number for each piece."""

    def __init__(self) -> None:
        self.runs: list[tuple[int, ...]] = []

    def run(self, _: None, asked: dict[str, Any]) -> list[Any]:
        self.runs.append(asked["ids"].shape)
        return [asked["ids"][..., None].astype(np.float32)]


def test_graphs_of_old_read_one_text_at_a_time(
    tagger: accurate.AccurateTagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode, session = tagger._model._encode, Alone()  # type: ignore[attr-defined]
    monkeypatch.setattr(encode, "_together", False)
    monkeypatch.setattr(encode, "_session", session)
    read = encode.page(["why so", "is it so", "why so"])
    assert sorted(session.runs) == sorted((1, len(pieces.vectors)) for pieces in read)
    assert read[0].vectors.tolist() == read[2].vectors.tolist()


def test_every_tag_is_explained_by_words_of_the_post(posts: list[Post], tagged: list[Tags]) -> None:
    for post, tags in zip(posts, tagged, strict=True):
        assert {*tags.labels, *tags.signals} <= {shown.tag for shown in tags.evidence}
        assert all(shown.text == post.words[shown.start : shown.end] != "" for shown in tags.evidence)


def test_each_post_has_a_vector_near_those_of_like_questions(tagger: accurate.AccurateTagger) -> None:
    same = ["is the app down for anyone else?", "anybody else having an outage with the app?"]
    posts = [Post(source="x", id="1", text=text, created_at=None) for text in (*same, "best pizza in Rome")]  # type: ignore[arg-type]
    vectors = [np.frombuffer(tags.vector, np.int8).astype(float) for tags in tagger(posts)]
    assert {len(vector) for vector in vectors} == {384}
    first, second, other = (vector / np.linalg.norm(vector) for vector in vectors)
    assert first @ second > first @ other + 0.2


def test_another_language_is_read_by_lists_of_words(tagger: accurate.AccurateTagger, post: Callable[..., Post]) -> None:
    (tags,) = tagger([post("¿dónde puedo comprar una mesa para mi casa?")])
    assert (tags.lang, tags.vector, tags.model) == ("es", None, tagger.model)


def test_damaged_weights_are_told_and_the_fast_tagger_takes_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = bytearray(accurate.SHIPPED.read_bytes())
    data[len(data) // 2] ^= 1
    for path, content in ((tmp_path / "damaged.weights", bytes(data)), (tmp_path / "missing.weights", None)):
        if content:
            path.write_bytes(content)
        monkeypatch.setattr(accurate, "SHIPPED", path)
        assert load("accurate").model.startswith("fast-")
    assert 'damaged.weights: damaged: part "encoder"' in caplog.text
    assert "missing.weights: No such file" in caplog.text


SPANS = [Span(0, 2), Span(3, 7), Span(8, 12)]


def a_head(**parts: list[float] | list[list[float]]) -> Heads:
    empty = np.zeros((2, 1), dtype=np.float32)
    told = {name: np.array(value, dtype=np.float32) for name, value in parts.items()}
    return Heads(**{**dict.fromkeys(Heads._fields[:7], empty), **told})


def test_each_piece_of_a_text_is_told_how_likely_it_names_a_place() -> None:
    vectors = np.array([[0], [-5], [-4], [3], [0]], dtype=np.float32)
    read = accurate.read_place(Pieces(SPANS, [True] * 3, vectors), a_head(place=[1.0, 0.5]))
    assert (read.spans, read.logits) == (SPANS, [-4.5, -3.5, 3.5])
    assert (read.begins, read.ends) == ((), ())


def test_a_name_begins_and_ends_with_the_likeliest_pieces() -> None:
    vectors = np.array([[0], [0], [2], [4], [0]], dtype=np.float32)
    head = a_head(place=[1.0, 0.0], ends=[[-1.0, 1.0], [-1.0, -1.0]])
    read = accurate.read_place(Pieces(SPANS, [True] * 3, vectors), head)
    assert [*read.begins] == sorted(read.begins, reverse=True)
    assert [*read.ends] == sorted(read.ends)
    none = 1 - np.exp(read.ends).sum()
    assert none == pytest.approx(np.exp(-1) / np.exp([-1, 0, 2, 4]).sum(), rel=1e-4), "the mark says: no name"


def test_heads_are_kept_with_where_names_begin_and_end_and_without() -> None:
    with_ends = a_head(ends=[[0.5, 1.0], [0.0, 0.25]])
    assert load_heads(dump_heads(with_ends)).ends.tolist() == [[0.5, 1.0], [0.0, 0.25]]
    file = io.BytesIO()
    np.savez(file, **{name: value for name, value in with_ends._asdict().items() if name != "ends"})
    assert load_heads(file.getvalue()).ends.size == 0, "as weights of old have it"


def test_a_long_post_is_not_read_over_and_over(
    tagger: accurate.AccurateTagger, post: Callable[..., Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    page = tagger._model._encode.page  # type: ignore[attr-defined]
    monkeypatch.setattr(tagger._model._encode, "page", lambda texts: read.extend(texts) or page(texts))  # type: ignore[attr-defined, func-returns-value]
    tagger([post("where can I buy a great lamp, is it down? " * 40)])
    assert 1 <= len(read) <= 3
