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


@pytest.mark.parametrize(
    "text",
    [
        "which headphones should I buy today?",
        "Anyone interested in pottery?",
        "Question about etiquette for cyclists: when should bells ring?",
        "need recommendations, thanks",
        "How do lamp makers work nowadays?",
        "Where should we go near Cais do Sodré?",
    ],
)
def test_a_short_english_post_is_known(tag: Callable[..., Tags], text: str) -> None:
    assert tag(text).lang == "en"


@pytest.mark.parametrize(
    "text",
    [
        "was soll man im Urlaub machen",
        "Wer will heute Abend Pizza essen",
        "im Auto war es kalt, was nun?",
        "Das Meeting war the best, was kauft ihr now?",
        "Lampe kaputt, brauche Hilfe",
        "welke fiets is dit of was het een andere",
        "we want me to hand over of niet",
        "die fiets was of is kapot",
        "i libri e i quaderni",
        "compro casa a me no",
        "me can do for a solo",
        "has visto mi perro? no has salido",
        "busco auriculares baratos",
        "on a but et son importance",
        "quel casque acheter aujourd'hui?",
        "que fone devo comprar hoje?",
        "as lojas do centro, a me no",
        "onde comprar um show de the best of hoje",
        "Suche the best of Album, wer hat es",
        "Pizza to go im Angebot",
        "Kaffee to go, was soll das",
    ],
)
def test_another_language_is_never_called_english(tag: Callable[..., Tags], text: str) -> None:
    assert tag(text).lang != "en"
