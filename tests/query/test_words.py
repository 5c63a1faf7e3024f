"""Bare words: where a word begins and ends, and what is folded."""

import pytest

from listener.query.fold import fold, fold_keeping_case, offsets
from tests.query.conftest import found, matches

WORDS = [
    ("velo", "my VELO squeaks", True),
    ("VELO", "a velo", True),
    ("velo", "velos", False),
    ("velo", "speedvelo", False),
    ("ai", "we train daily", False),
    ("velo", "(velo), velo!", True),
    ("velo", "__velo__", True),
    ("velo", "city_velo", True),
    ("velo", "**velo**", True),
    ("velo", "@velo", True),
    ("velo", "city/velo", True),
    ("velo", "velo's brakes", True),
    ("velo", "velo’s brakes", True),
    ("velo", "velo'll", False),
    ("lowe's", "at Lowe’s today", True),
    ("lowe's", "Mr Lowe said", False),
    ("o'hara", "Ms O’Hara", True),
    ("hara", "Ms O'Hara", False),
    ("rock'n'roll", "Rock'n'Roll!", True),
    ("2026", "in 2026.", True),
    ("26", "in 2026", False),
    ("velo", "velo™ velo®", True),
    ("velo", "velo😀", True),
    ("velo", "https://shop.example/velo", False),
    ("velo", "see www.shop.example/velo now", False),
    ("velo", "velo:https://shop.example", True),
    ("velo", "<https://shop.example|velo>", True),
    ("velo", "(https://shop.example) velo", True),
    ("1", "1️⃣ first", False),
    ("one", "", False),
]


@pytest.mark.parametrize(("query", "text", "expected"), WORDS)
def test_a_word_is_found_as_a_whole(query: str, text: str, expected: bool) -> None:
    assert matches(query, text) is expected


FOLDED = [
    ("jalapeno", "JALAPEÑO"),
    ("jalapeño", "jalapeno"),
    ("jalapeño", "jalapen\u0303o"),
    ("strasse", "Straße"),
    ("smorrebrod", "Smørrebrød"),
    ("lodz", "ŁÓDŹ"),
    ("aether", "Æther"),
    ("oeuvre", "œuvre"),
    ("thor", "Þor"),
    ("velo", "ｖｅｌｏ"),
    ("velo", "𝓿𝓮𝓵𝓸"),
    ("velo", "ⓥⓔⓛⓞ"),
    ("velo", "ᴠᴇʟᴏ"),
    ("velo", "ve\u200blo"),
    ("velo", "ve\u00adlo"),
    ("velo", "\ufeffvelo\u202e"),
    ("waffle", "waﬄe"),
    ("ride", "r\u0456de"),  # Cyrillic i
    ("bike", "Вike"),  # Cyrillic capital B
    ("tank", "Тank"),  # Cyrillic capital T
    ("coma", "\u0441\u043e\u043c\u0430"),  # all of it Cyrillic
    ("вот", "ВОТ"),
    ("москва", "Москва"),
    ("οδός", "ΟΔΟΣ"),
    ("izmir", "İzmir"),
    ("한국", "한국".encode().decode()),
    ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
    ("が", "か\u3099"),
    ("ガス", "ｶﾞｽ"),
    ("हिन्दी", "हिन्दी में"),
]


@pytest.mark.parametrize(("query", "text"), FOLDED)
def test_look_alikes_are_one_word(query: str, text: str) -> None:
    assert matches(query, text)
    assert fold(query) in fold(text)


APART = [
    ("bot", "вот"),  # a Russian word that looks like "bot" in capitals alone
    ("か", "が"),
    ("ハ", "パ"),
    ("가", "각"),
    ("muller", "Mueller"),
    ("tm", "velo ™"),
    ("velotm", "velo™"),
    ("हिन्द", "हिन्दी"),
    ("i", "ℹ️ read this"),
]


@pytest.mark.parametrize(("query", "text"), APART)
def test_what_differs_stays_apart(query: str, text: str) -> None:
    assert not matches(query, text)


SPACELESS = [
    ("咖啡", "我想买咖啡机", ["咖啡"]),
    ("茶", "我想买咖啡机", []),
    ("コーヒー", "おいしいコーヒーを飲む", ["コーヒー"]),
    ("아이폰", "아이폰을 샀다", ["아이폰"]),
    ("กาแฟ", "ร้านกาแฟใกล้ฉัน", ["กาแฟ"]),
    ("velo", "新しいveloを買う", ["velo"]),
    ("velo", "新しいvelosを買う", []),
    ("15", "15个咖啡机", ["15"]),
    ("咖*机", "我想买咖啡机了", ["我想买咖啡机了"]),
    ("velo咖啡", "买velo咖啡机", ["velo咖啡"]),
    ('"咖啡 机"', "咖啡 机器", ["咖啡 机"]),
    ('"咖啡 机"', "咖啡店 机器", []),
]


@pytest.mark.parametrize(("query", "text", "pieces"), SPACELESS)
def test_scripts_without_spaces_are_searched_inside(query: str, text: str, pieces: list[str]) -> None:
    assert found(query, text) == pieces


@pytest.mark.parametrize(
    ("query", "text", "pieces"),
    [
        ("cafe", "Un CAFE\u0301 noir", ["CAFE\u0301"]),
        ("finance", "ﬁnance now", ["ﬁnance"]),
        ("velo", "a ve\u200blo!", ["ve\u200blo"]),
        ("strasse", "Straße und Strasse", ["Straße", "Strasse"]),
        ("velo", "velo's", ["velo"]),
        ("velo", "😀 velo 😀", ["velo"]),
        ("が", "ばか\u3099", ["か\u3099"]),
    ],
)
def test_places_are_those_of_the_original(query: str, text: str, pieces: list[str]) -> None:
    assert found(query, text) == pieces


def test_the_title_is_searched_too_and_its_words_come_first() -> None:
    assert found("velo", "a velo", title="Velo or tram?") == ["Velo", "velo"]


@pytest.mark.parametrize("field", ["author", "community", "url", "place"])
def test_words_are_looked_for_in_title_and_text_alone(field: str) -> None:
    assert not matches("velo", "good morning", **{field: "velo"})


def test_a_sign_that_stands_for_a_sentence_stays_one_character() -> None:
    assert fold("\ufdfa" * 3) == "\ufdfa" * 3


@pytest.mark.parametrize("text", ["plain", "Ünï", "Straße ﬁn", "か\u3099ｶﾞ", "a\u200bb", "Вike", ""])
def test_every_folded_character_knows_where_it_came_from(text: str) -> None:
    where = offsets(text)
    assert len(where) == len(fold(text)) + 1
    assert list(where) == sorted(where)
    assert where[-1] == len(text)


def test_case_can_be_kept_while_the_rest_is_folded() -> None:
    assert fold_keeping_case("ÉCOLE ﬁn Ørsted") == "ECOLE fin Orsted"
