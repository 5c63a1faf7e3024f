"""What teaches the encoder: examples, epochs, what is frozen, what is left out. Needs PyTorch."""

import argparse
import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from listener.tag.linear import HEADS
from listener.tag.weights import TAGS

np = pytest.importorskip("numpy", reason="training needs NumPy")
torch = pytest.importorskip("torch", reason="learning the encoder needs PyTorch")
for _name in ("tokenizers", "onnx", "onnxruntime", "safetensors"):
    pytest.importorskip(_name, reason=f"learning the encoder needs {_name}")

# Looked up by name: training is checked by what it does, its libraries ship no types.
bert: Any = importlib.import_module("training.bert")
data: Any = importlib.import_module("training.data")
encoder: Any = importlib.import_module("training.encoder")
graph: Any = importlib.import_module("training.graph")
mpnet: Any = importlib.import_module("training.mpnet")
pieces: Any = importlib.import_module("training.pieces")
tag_encoder: Any = importlib.import_module("listener.tag.encoder")
teacher: Any = importlib.import_module("training.teacher")

TINY = bert.Shape(24, 2, 1e-5)
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "who", "sells", "desks", "in", "leeds", "?", "##s", "lovely", "day"]
READER = pieces.reader({word: n for n, word in enumerate(WORDS)})


def labelled(text: str, **fields: object) -> dict[str, Any]:
    """An invented record with every field of the labels."""
    blank = {"id": text, "origin": "shop", "moments": [], "question": False, "urgency": 0, "signals": [], "place": None}
    return {"text": text, **blank, **fields}


def example(long: int, **heads: float) -> Any:
    """An example of some length with targets for some heads."""
    targets = np.array([heads.get(name, 0.0) for name in HEADS], np.float32)
    targets[len(TAGS) :] = -1
    ids = [2, *np.arange(4, 4 + long), 3]
    return encoder.Example(ids, targets, np.zeros(len(ids), np.float32), np.zeros(0, np.float32))


def tiny(seed: int = 0) -> Any:
    """A network of two narrow layers."""
    torch.manual_seed(seed)
    return bert.Network(bert.Bert(len(WORDS), TINY))


def test_the_pieces_of_a_labelled_place_are_its_targets() -> None:
    record = labelled("who sells desks in leeds ?", moments=["buy"], place="leeds")
    found = encoder.examples([record], READER, np.zeros((1, 0)))[0]
    assert [WORDS[n] for n, told in zip(found.ids, found.place, strict=True) if told == 1] == ["leeds"]
    assert found.heads[TAGS.index("buy")] == 1
    assert found.heads[TAGS.index("go")] == 0
    assert (found.heads[len(TAGS) :] == -1).all()


def test_a_tweet_teaches_its_mood_alone() -> None:
    found = encoder.examples([{"text": "lovely day", "label": "positive"}], READER, np.zeros((1, 0)))[0]
    assert (found.heads[: len(TAGS)] == -1).all()
    assert found.heads[HEADS.index("positive")] == 1
    assert (found.place == -1).all()


def test_a_teacher_is_taken_at_its_word() -> None:
    told = {"text": "lovely day", "soft": np.full(len(HEADS), 0.3, np.float32), "pieces": np.full(2, 0.1, np.float32)}
    found = encoder.examples([told], READER, np.zeros((1, 0)))[0]
    assert found.heads == pytest.approx(0.3)
    assert found.place == pytest.approx(0.1)


def test_a_label_and_a_teacher_are_both_heard() -> None:
    told = {"soft": np.full(len(HEADS), 0.2, np.float32), "pieces": np.zeros(2, np.float32)}
    record = labelled("who sells desks", moments=["buy"]) | told
    found = encoder.examples([record], READER, np.zeros((1, 0)))[0]
    assert found.heads[TAGS.index("buy")] == pytest.approx(0.6)
    assert found.heads[TAGS.index("go")] == pytest.approx(0.1)
    assert record["soft"] == pytest.approx(0.2)


def test_an_epoch_has_every_post_once_and_its_share_of_the_others() -> None:
    posts, tweets, soft = ([example(n % 7 + 1) for n in range(count)] for count in (50, 100, 100))
    lesson = encoder.Lesson(posts, tweets, soft)
    found = [each for batch in encoder.batches(lesson, 8, np.random.default_rng(1)) for each in batch]
    assert [sum(each is post for each in found) for post in posts] == [1] * 50
    assert len(found) == lesson.long == 50 + 50 * encoder.TWEETS + 50 * encoder.SOFT


def test_a_lesson_without_a_teacher_is_of_posts_and_tweets() -> None:
    assert encoder.Lesson([example(3)] * 10).long == 10


@pytest.mark.slow
def test_what_is_learned_tells_words_apart_and_frozen_layers_stay() -> None:
    network = tiny()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    posts = [example(3, buy=1.0), example(4)] * 40
    encoder.teach(network, encoder.Lesson(posts), encoder.Plan(epochs=15, batch=8, rate=1e-2, head_rate=5e-2, frozen=1))
    long, short = (heads[TAGS.index("buy")] for heads, _, _ in encoder.read(network, [posts[1].ids, posts[0].ids]))
    assert short > long + 1
    after = network.state_dict()
    assert torch.equal(after["encoder.layers.0.up.weight"], before["encoder.layers.0.up.weight"])
    assert torch.equal(after["encoder.word.weight"], before["encoder.word.weight"])
    assert not torch.equal(after["encoder.layers.1.up.weight"], before["encoder.layers.1.up.weight"])


def test_the_graph_makes_of_posts_what_the_network_does_and_the_same_beside_others(tmp_path: Path) -> None:
    network = tiny()
    texts = ["who sells desks", "lovely day in leeds ?", "leeds", "in leeds who sells desks in leeds ? lovely day"]
    graph.write(network, TINY, READER, texts, tmp_path / "encoder.onnx")
    encode = tag_encoder.Encoder((tmp_path / "encoder.onnx").read_bytes(), READER.to_str().encode())
    for text, pieces in zip(texts * 3, encode.page(texts * 3), strict=True):
        with torch.inference_mode():
            true = network.eval().encoder(torch.tensor([READER.encode(text).ids]))[0].numpy()
        assert np.corrcoef(pieces.vectors.ravel(), true.ravel())[0, 1] > 0.99
        assert encode(text).vectors.tobytes() == pieces.vectors.tobytes()


def test_a_network_that_was_taught_before_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "MINILM", TINY)
    monkeypatch.setattr(graph, "Bert", lambda words: bert.Bert(words, TINY))
    torch.save(tiny().state_dict(), tmp_path / "network.pt")
    READER.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "labels.jsonl").write_text(json.dumps(labelled("who sells desks")), encoding="utf-8")
    graph.main(tmp_path / "labels.jsonl", tmp_path)
    assert (tmp_path / "encoder.onnx").stat().st_size > 1_000


def test_rows_are_read_in_order_as_if_each_were_alone() -> None:
    network = tiny()
    rows = [[2, 4, 5, 3], [2, 4, 3], [2, 6, 7, 3], [2, 9, 3]]
    together = encoder.read(network, rows)
    for row, said in zip(rows, together, strict=True):
        (alone,) = encoder.read(network, [row])
        assert said[0] == pytest.approx(alone[0], abs=1e-2)
        assert len(said[1]) == len(row)


def test_copies_of_held_posts_are_not_learned(tmp_path: Path) -> None:
    posts = [labelled(f"who sells desk number {n} ?") for n in range(40)]
    copies = [{"text": post["text"].upper() + " http://t.co/x", "label": "neutral"} for post in posts]
    paths = tmp_path / "labels.jsonl", tmp_path / "tweets.jsonl"
    for path, records in zip(paths, (posts, copies), strict=True):
        path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")

    def parted(**asked: object) -> Any:
        usual: dict[str, object] = {"labels": paths[0], "tweets": paths[1], "fold": None, "origins": [], "some": None}
        return encoder.parted(argparse.Namespace(**{**usual, **asked}))

    given = parted(fold=0)
    assert given.held
    assert len(given.posts) + len(given.held) == 40
    assert not {data.plain(tweet["text"]) for tweet in given.tweets} & given.left_out
    assert not parted().held
    assert len(parted(some=7).posts) == 7


def test_an_origin_is_left_out_with_its_copies(tmp_path: Path) -> None:
    posts = [labelled("who sells desks ?", origin="fair"), labelled("WHO sells desks"), labelled("lovely day")]
    for name, records in (("labels", posts), ("tweets", [{"text": "who sells desks", "label": "neutral"}])):
        (tmp_path / name).write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    asked = argparse.Namespace(
        labels=tmp_path / "labels", tweets=tmp_path / "tweets", fold=None, origins=["fair"], some=None
    )
    given = encoder.parted(asked)
    assert [post["text"] for post in given.held] == ["who sells desks ?"]
    assert [post["text"] for post in given.posts] == ["lovely day"]
    assert not given.tweets


def test_of_nothing_the_base_says_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    READER.save(str(tmp_path / "tokenizer.json"))
    monkeypatch.setattr(encoder, "pretrained", lambda base: bert.Bert(len(WORDS), TINY))
    assert len(encoder.base_vectors(tmp_path, [])) == 0
    assert encoder.base_vectors(tmp_path, ["lovely day"]).shape == (1, 24)


def test_a_teacher_says_nothing_of_copies_of_held_posts(tmp_path: Path) -> None:
    texts, long = np.array(["who sells desks ?", "lovely day", "leeds"]), [5, 4, 3]
    heads = np.arange(3 * len(HEADS), dtype=np.float32).reshape(3, -1)
    np.savez(tmp_path / "soft.npz", texts=texts, heads=heads, long=long, places=np.arange(12.0))
    kept = data.said_softly(tmp_path / "soft.npz", {data.plain("Lovely day!")})
    assert list(kept) == ["who sells desks ?", "leeds"]
    assert kept["leeds"]["pieces"].tolist() == [9, 10, 11]
    assert kept["leeds"]["soft"][0] == 2 * len(HEADS)
    assert data.said_softly(None, set()) == {}


def test_a_teacher_reads_each_text_once_and_none_that_is_labelled(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    texts = ["who sells cheap desks?", "Who sells cheap DESKS", "a lovely day in leeds", "short"]
    path.write_text("\n".join(json.dumps({"text": text}) for text in texts), encoding="utf-8")
    assert teacher.unlabelled([path], [labelled("A lovely day in Leeds!")]) == ["who sells cheap desks?"]


def test_what_a_teacher_says_comes_back_as_it_was_said(tmp_path: Path) -> None:
    network, texts = tiny(), ["who sells desks", "lovely day"]
    teacher.speak(network, READER, texts, tmp_path / "soft.npz")
    told = data.said_softly(tmp_path / "soft.npz", set())
    rows = [encoded.ids for encoded in READER.encode_batch(texts)]
    for record, row, (heads, _, _) in zip(told.values(), rows, encoder.read(network, rows), strict=True):
        assert record["soft"][: len(TAGS)] == pytest.approx(1 / (1 + np.exp(-heads[: len(TAGS)])), abs=1e-3)
        assert (record["soft"][len(TAGS) :] == -1).all()
        assert len(record["pieces"]) == len(row)


def test_distances_between_pieces_widen_and_know_their_side() -> None:
    apart = mpnet.steps_apart(200)
    assert apart[5, 5] == 0
    assert [apart[20, 20 - n].item() for n in (1, 7, 8)] == [1, 7, 8]
    assert [apart[20, 20 + n].item() for n in (1, 7, 8)] == [17, 23, 24]
    assert apart[199, 0] == mpnet.STEPS // 2 - 1
    assert apart[0, 199] == mpnet.STEPS - 1
    assert (apart[150].flip(0)[49:].diff() >= 0).all()


def test_what_is_padded_is_not_seen_by_the_teacher() -> None:
    torch.manual_seed(0)
    network = mpnet.Mpnet(len(WORDS)).eval()
    short, mask = torch.tensor([[2, 5, 6, 3]]), torch.tensor([[1.0, 1, 1, 1, 0, 0]])
    with torch.inference_mode():
        alone = network(short)
        padded = network(torch.tensor([[2, 5, 6, 3, 0, 0]]), mask)
    assert torch.allclose(alone, padded[:, :4], atol=1e-5)
