"""Every form that a term may take: phrases, wildcards, hashtags, domains, exact characters, expressions."""

import pytest

from listener.query.glob import fitting
from listener.query.glob import matches as fits
from tests.query.conftest import found, matches

PHRASES = [
    ('"espresso machine"', "an Espresso   machine", ["Espresso   machine"]),
    ('"espresso machine"', "an espresso-machine", ["espresso-machine"]),
    ('"espresso machine"', "espresso\r\nmachine", ["espresso\r\nmachine"]),
    ('"espresso machine"', "espresso – machine", ["espresso – machine"]),
    ('"espresso machine"', "espresso\u00a0machine", ["espresso\u00a0machine"]),
    ('"espresso machine"', "**espresso** machine", ["espresso** machine"]),
    ('"espresso machine"', "espresso, machine", []),
    ('"espresso machine"', "espresso. Machine", []),
    ('"espresso machine"', "espresso's machine", []),
    ('"espresso machine"', "espresso machine's pump", ["espresso machine"]),
    ('"espresso machine"', "espressomachine", []),
    ('"espresso machine"', "machine espresso", []),
    ('"espresso machine"', "espresso coffee machine", []),
    ('"espresso machine"', "espresso https://x.example machine", []),
    ('"espresso machine"', "espresso espresso machine", ["espresso machine"]),
    ("“espresso machine”", "espresso machine", ["espresso machine"]),
    ("«espresso machine»", "espresso machine", ["espresso machine"]),
    ("espresso-machine", "espresso machine", ["espresso machine"]),
    ('"how do i fix"', "How do I fix it", ["How do I fix"]),
    ('"salt & pepper"', "salt & pepper", ["salt & pepper"]),
    ('"salt & pepper"', "salt pepper", ["salt pepper"]),
    ('"salt & pepper"', "salt, pepper", []),
    ("r&b", "old R&B songs", ["R&B"]),
    ('"what\'s new"', "What’s new?", ["What’s new"]),
    ('"what\'s new"', "what new", []),
    ('"this OR that"', "this or that", ["this or that"]),
    ('"one * machine"', "one good machine", ["one good machine"]),
    ('"one * machine"', "one machine", []),
    ('"coffee mach*"', "coffee machines", ["coffee machines"]),
    ('"*presso machine"', "espresso machine", ["espresso machine"]),
    ("kettle,", "a kettle", ["kettle"]),
]


@pytest.mark.parametrize(("query", "text", "pieces"), PHRASES)
def test_a_phrase_is_its_words_in_a_row(query: str, text: str, pieces: list[str]) -> None:
    assert found(query, text) == pieces


def test_a_phrase_does_not_run_from_the_title_into_the_text() -> None:
    assert not matches('"espresso machine"', "machine wanted", title="Espresso")
    assert matches("espresso NEAR/1 machine", "machine wanted", title="Espresso")


WILDCARDS = [
    ("kettl*", "two kettles", ["kettles"]),
    ("kettl*", "a kettl", ["kettl"]),
    ("kettl*", "skettle", []),
    ("*phone", "a smartphone, a phone", ["smartphone", "phone"]),
    ("*phone", "phones", []),
    ("*phone*", "saxophonist's microphones", ["microphones"]),
    ("s?t", "sit, set, st, seat", ["sit", "set"]),
    ("s??t", "seat", ["seat"]),
    ("b*k*r", "baker bookbinder barkeeper", ["baker", "bookbinder", "barkeeper"]),
    ("c?f*", "Cafés", ["Cafés"]),
    ("kettl*", "the kettle's lid", ["kettle's"]),
    ("*ettle", "the kettle's lid", ["kettle"]),
    ("don*", "don't", ["don't"]),
    ("ａ*", "apple", ["apple"]),
    ("k**e", "kettle", ["kettle"]),
]


@pytest.mark.parametrize(("query", "text", "pieces"), WILDCARDS)
def test_wildcards_stay_inside_one_word(query: str, text: str, pieces: list[str]) -> None:
    assert found(query, text) == pieces


@pytest.mark.parametrize(
    ("glob", "text", "expected"),
    [("a*a", "a", False), ("a*a", "aa", True), ("*a*b*", "xaxbx", True), ("*b*a*", "ab", False), ("?", "", False)],
)
def test_no_character_of_a_word_serves_twice(glob: str, text: str, expected: bool) -> None:
    assert fits(glob, text) is expected
    assert (text in fitting(glob, {text}, text)) is expected


SIGNED = [
    ("#tea", "a cup of #Tea!", ["#Tea"]),
    ("#tea", "＃tea", ["＃tea"]),
    ("#tea", "#tea-time", ["#tea"]),
    ("#tea", "#teatime #tea_time tea @tea C#tea", []),
    ("#tea*", "#tea #teatime", ["#tea", "#teatime"]),
    ("#t?a", "#tea #toad", ["#tea"]),
    ("#2026", "#2026", ["#2026"]),
    ("@ana", "@Ana's, (@ana)", ["@Ana", "@ana"]),
    ("@ana", "@anabel ana mail@ana.example", []),
    ("@ana.example", "@ana.example says", ["@ana.example"]),
    ("@ana@social.example", "cc @ana@social.example", ["@ana@social.example"]),
    ("@social", "cc @ana@social.example", []),
    ("@ana", "cc @ana@social.example", ["@ana"]),
    ("@ana,", "@ana", ["@ana"]),
    ('"#tea"', "#tea or tea", ["#tea"]),
    ("$TEA", "$tea is up, $TEAS not", ["$tea"]),
    ("#茶", "我爱#茶 很", ["#茶"]),
    ("#tea", "https://x.example/#tea", []),
    ("#हिन्दी", "#हिन्दी में", ["#हिन्दी"]),
    ("#हिन", "#हिन्दी", []),
    ("#CAFÉ", "#cafe", ["#cafe"]),
]


@pytest.mark.parametrize(("query", "text", "pieces"), SIGNED)
def test_hashtags_handles_and_cashtags_are_exactly_that(query: str, text: str, pieces: list[str]) -> None:
    assert found(query, text) == pieces


DOMAINS = [
    ("tea.example", "on tea.example now", True),
    ("tea.example", "on TEA.Example.", True),
    ("tea.example", "buy.tea.example", True),
    ("tea.example", "https://www.buy.tea.example:8080/a?b#c", True),
    ("tea.example", "hxxps://tea[.]example/x", True),
    ("tea.example", "tea[.]example", True),
    ("tea[.]example", "tea.example", True),
    ("tea.example", "(https://tea.example)", True),
    ("tea.example", "https://me:secret@tea.example/", True),
    ("tea.example", "tea.example's shop, tea.example-like", True),
    ("tea.example", "www.tea.example/x", True),
    ("tea.example", "请看tea.example吧", True),
    ("tea.example", "https://münchen.tea.example/ü", True),
    ("tea.example", "@tea.example", True),
    ("xn--t-5fa.example", "on xn--t-5fa.example", True),
    ("tea.xn--p1ai", "tea.xn--p1ai/x", True),
    ("tea.example", "mail me@tea.example", False),
    ("tea.example", "mail me@shop.tea.example", False),
    ("tea.example", "green-tea.example", False),
    ("tea.example", "tea.example.org", False),
    ("tea.example", "https://other.example/tea.example", False),
    ("tea.example", "tea (.) example, tea dot example, tea example", False),
    ("example.org", "first.last@example.org and example.org", True),
]


@pytest.mark.parametrize(("query", "text", "expected"), DOMAINS)
def test_a_domain_is_found_with_all_below_it(query: str, text: str, expected: bool) -> None:
    assert matches(query, text) is expected


def test_the_addresses_of_the_post_count_as_mentions_of_a_domain() -> None:
    assert matches("tea.example", "look", url="https://shop.tea.example/1")
    assert matches("tea.example", "look", links=("https://x.example", "http://tea.example"))
    assert not matches("tea.example", "look", url="https://x.example/tea.example")


RAWS = [
    ("`C++`", "I like C++.", ["C++"]),
    ("`C++`", "C++17", ["C++"]),
    ("`C++`", "c++", []),
    ("`C++`", "OC++", []),
    ("`.NET`", "ASP.NET", [".NET"]),
    ("`.NET`", ".NETs", []),
    ("`(beta)`", "x(beta)x", ["(beta)"]),
    ("`a  b`", "a b", []),
    ("`“x”`", "“x”", ["“x”"]),
    ("`😀`", "so 😀😀", ["😀", "😀"]),
    ("`é`", "é e", ["é"]),
]


@pytest.mark.parametrize(("query", "text", "pieces"), RAWS)
def test_backticks_find_exactly_these_characters(query: str, text: str, pieces: list[str]) -> None:
    assert found(query, text) == pieces


CASED = [
    ('!"Boots"', "Boots boots BOOTS", ["Boots"]),
    ("!Boots", "boots, Boots", ["Boots"]),
    ('!"Boots Card"', "a Boots-Card", ["Boots-Card"]),
    ('!"Boots Card"', "a Boots card", []),
    ('!"Él"', "El", ["El"]),
    ('!"Boot*"', "boots Bootstrap", ["Bootstrap"]),
    ('!"IT"', "It is IT.", ["IT"]),
    ('!"Boots"', "Boots’s", ["Boots"]),
    ('!"Boots"', "BOOTS's Boots's", ["Boots"]),
    ('!"STRASSE"', "Straße STRASSE", ["STRASSE"]),
]


@pytest.mark.parametrize(("query", "text", "pieces"), CASED)
def test_an_exclamation_mark_minds_the_case(query: str, text: str, pieces: list[str]) -> None:
    assert found(query, text) == pieces


EXPRESSIONS = [
    ("/repair(ed)?/", "REPAIRED", ["REPAIRED"]),
    ("/pair/", "repaired", ["pair"]),
    (r"/order #\d+/", "Order #77, order #78", ["Order #77", "order #78"]),
    (r"/a\/b/", "a/b", ["a/b"]),
    ("/€ ?\\d+/", "für € 20", ["€ 20"]),
    ("/tea/i", "TEA", ["TEA"]),
    ("/(?-i)tea/", "TEA", []),
    ("/^tea/", "tea", ["tea"]),
    ("/é./", "né\ud800", ["é\ud800"]),
]


@pytest.mark.parametrize(("query", "text", "pieces"), EXPRESSIONS)
def test_expressions_find_pieces_of_the_original(query: str, text: str, pieces: list[str]) -> None:
    assert found(query, text) == pieces


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acme cloud", True),
        ("acme-cloud", True),
        ("acme — cloud", True),
        ("*acme* **cloud**", True),
        ("_acme_ cloud", True),
        ("Acme™ Cloud", True),
        ("acme_cloud", False),
        ("acme~cloud", False),
        ("acme*cloud", False),
        ("acme™cloud", False),
        ("acme, cloud", False),
    ],
)
def test_a_phrase_crosses_white_space_and_dashes_and_signs_of_emphasis_beside_them(text: str, expected: bool) -> None:
    assert matches('"acme cloud"', text) is expected
