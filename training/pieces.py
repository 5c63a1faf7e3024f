"""Cuts the vocabulary of all-MiniLM-L6-v2 to the frequent word pieces, and adds the emoji that it does not know."""

import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from training.data import Floats

EMOJI = "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
OFTEN_EMOJI = 8
LAST_LATIN = 0x250


def reader(vocabulary: dict[str, int]) -> Tokenizer:
    """A tokenizer that makes links one word and parts emoji; offsets count in the text as it was."""
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=40))  # noqa: S106
    link = normalizers.Replace(Regex(r"(https?://|www\.)\S+"), " http ")
    made.normalizer = normalizers.Sequence([link, normalizers.Replace("\ufe0f", ""), normalizers.BertNormalizer()])
    emoji = pre_tokenizers.Split(Regex(EMOJI), "isolated")
    made.pre_tokenizer = pre_tokenizers.Sequence([emoji, pre_tokenizers.BertPreTokenizer()])
    return made


def cut(base: Path, texts: list[str], keep: int) -> tuple[Tokenizer, Floats]:
    """The tokenizer with `keep` frequent pieces, all Latin letters and the emoji, and the vectors of its pieces."""
    old = {line: n for n, line in enumerate((base / "vocab.txt").read_text(encoding="utf-8").split("\n")) if line}
    vectors = load_file(base / "model.safetensors")["embeddings.word_embeddings.weight"]
    whole = reader(old)
    counts = Counter(piece for encoded in whole.encode_batch(texts) for piece in encoded.ids)
    often = {piece for piece, _ in counts.most_common(keep)} | {n for word, n in old.items() if _letter(word)}
    kept = [old[word] for word in SPECIAL] + sorted(often - {old[word] for word in SPECIAL})
    words = {n: word for word, n in old.items()}
    new, rows = {words[n]: at for at, n in enumerate(kept)}, [vectors[n] for n in kept]
    for sign, count in Counter(sign for text in texts for sign in text if unicodedata.category(sign) == "So").items():
        if count >= OFTEN_EMOJI and sign not in old:
            new[sign] = len(rows)
            rows.append(vectors[whole.encode(unicodedata.name(sign, "sign").lower()).ids].mean(0))
    made = reader(new)
    ends = [("[CLS]", new["[CLS]"]), ("[SEP]", new["[SEP]"])]
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    return made, np.stack(rows).astype(np.float32)


def _letter(word: str) -> bool:
    return len(word.removeprefix("##")) == 1 and ord(word[-1]) < LAST_LATIN
