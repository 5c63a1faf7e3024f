"""The language of a post."""

from collections.abc import Callable

import pytest

from listener.tag.language import is_english
from listener.types import Tags


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("where can I find the bus to the station?", "en"),
        ("¿dónde puedo comprar una mesa para mi casa?", "es"),
        ("wo kann ich einen Tisch für die Küche finden, und wie?", "de"),
        ("je cherche une table pour la cuisine avec des chaises", "fr"),
        ("onde posso comprar uma mesa para minha casa", "pt"),
        ("dove posso comprare una lampada per la casa, non so come", "it"),
        ("waar kan ik een tafel voor mijn huis kopen", "nl"),
        ("ラーメン", ""),
        ("pizza", ""),
        ("", ""),
    ],
)
def test_short_words_tell_the_language(tag: Callable[..., Tags], text: str, lang: str) -> None:
    assert tag(text).lang == lang


def test_the_platform_knows_better(tag: Callable[..., Tags]) -> None:
    assert tag("where can I find the bus?", lang="fr").lang == "fr"


@pytest.mark.parametrize("said", ["und", "qme", ""])
def test_a_platform_that_does_not_know_is_not_believed(tag: Callable[..., Tags], said: str) -> None:
    assert tag("where can I find the bus?", lang=said).lang == "en"


@pytest.mark.parametrize(("lang", "english"), [("en", True), ("en-US", True), ("EN", True), ("", True), ("eo", False)])
def test_english_is_english_everywhere(lang: str, english: bool) -> None:
    assert is_english(lang) is english
