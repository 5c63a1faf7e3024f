"""The shipped lexicon: every entry means something, so that a slip of a marketer's pen is caught here."""

import math

from listener.tag.cues import expand
from listener.tag.data import lexicon
from listener.tag.shapes import shapes
from listener.tag.words import read

TOKEN_CLASSES = {"<name>", "<number>", "<mention>", "<link>"}
LEXICON = lexicon()


def test_names_of_cues_are_unique() -> None:
    names = [cue.name for cue in LEXICON.cues]
    assert sorted(set(names)) == sorted(names)


def test_cues_weigh_known_tags_only() -> None:
    for cue in LEXICON.cues:
        assert cue.weights or cue.asked, cue.name
        assert {*cue.weights, *cue.asked} <= set(LEXICON.levels), cue.name


def test_phrases_name_known_groups_and_hold_no_loose_bracket() -> None:
    known = TOKEN_CLASSES | {group for groups in LEXICON.groups.values() for group in groups}
    for cue in LEXICON.cues:
        for phrase in cue.phrases:
            for keys in expand(phrase):
                assert keys, phrase
                assert {key for key in keys if key.startswith("<")} <= known, phrase
                assert not any(char in key for key in keys for char in "()|"), phrase


def test_every_word_of_a_phrase_can_be_read_from_a_text() -> None:
    marks = {"^", "*", "?", "!", ".", "…", "$", "%", ",", ":", ";", "[", "]", '"', *TOKEN_CLASSES}
    for cue in LEXICON.cues:
        for keys in (keys for phrase in cue.phrases for keys in expand(phrase)):
            for key in keys:
                if key not in marks and not key.startswith("<"):
                    (word,) = [token for token in read(key, {}).tokens if token.kind != "open"]
                    assert key in word.keys, (cue.name, key)


def test_cues_without_phrases_are_known_shapes() -> None:
    seen: set[str] = set()
    for text in (
        'RT "hm?"',
        "@a well! $5 https://example.org",
        "@a @b a? b?",
        "#a #b #c Then Bath",
        "Five Words With Capitals Here",
        "one two three four five six seven",
        "word " * 50,
    ):
        seen |= {name for name, _ in shapes(read(text, LEXICON.groups))}
    assert {cue.name for cue in LEXICON.cues if not cue.phrases} <= seen


def test_no_tag_is_given_before_a_cue_is_found() -> None:
    for tag, level in LEXICON.levels.items():
        assert 1 / (1 + math.exp(-level.bias)) < level.threshold, tag
