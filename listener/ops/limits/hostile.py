"""Posts that somebody may write to make us slow, wrong or loud."""

from collections.abc import Mapping
from datetime import datetime

from listener.types import Post, Topic

SOURCE = "limits"

TEXTS: Mapping[str, str] = {
    "10,000 emoji": "😀🎉" * 5_000,
    "10,000 emoji, joined and coloured": "👩🏽‍🚀" * 2_500,
    "10,000 words of mood": "great awful " * 5_000,
    "1 MB of words": "where can I buy a desk? " * 42_000,
    "40,000 letters without a space": "buy" * 13_333,
    "40,000 Chinese characters": "我想在里斯本买咖啡机" * 4_000,
    "40,000 signs that fold to 18 letters": "\ufdfa" * 40_000,
    "lone surrogates": "where \ud800 can \udfff I buy \ud83d? " * 1_500,
    "NUL and other controls": "where\0 can\x1b[31m I\x07 buy? " * 1_500,
    "writing turned around": "\u202ewhere can I buy\u202c \u2067a desk\u2069? " * 1_000,
    "zalgo": ("b" + "\u0300\u0316\u0334" * 60 + "uy ") * 200,
    "zero-width letters": "b\u200bu\u200dy\ufeff " * 6_000,
    "calls to the whole channel": "<!channel> <!here> <@U0BEN> <http://evil.example|bank> `code` " * 600,
    "links": "http://a.example/?q=buy " * 1_600,
    "half an address": "http://" * 5_700,
    "20,000 open parentheses": "(" * 20_000,
    "40,000 question marks": "?" * 40_000,
    "40,000 line breaks": "\n" * 40_000,
    "marks": "#buy @phone $ACME " * 2_200,
    "domains": "a.b.c.d.e.f.g.h.example " * 1_600,
    "near candidates": "buy phone " * 4_000,
    "letters in one another": "b" * 40_000,
    "words that nearly are the phrase": "buy phone buy a " * 2_500,
    "near misses": "buy " * 5_000 + "x " * 20 + "phone " * 3_000,
    "words of all moments": "how do I get where can I buy the best near me? " * 850,
    "deadlines": "before saturday, by 5pm, in 2 days, until march 3rd, " * 750,
    "places": "in New York near Leeds at Kirkgate Market " * 950,
    "capitals": "WHERE CAN I BUY IT NOW " * 1_700,
    "a word of 40,000 dashes": "-" * 40_000,
    "apostrophes": "don't can't won't " * 2_200,
}
"""Text by what is odd about it; longer than what is kept where that is the point."""

TOPICS = (
    Topic(id="everything", name="everything", query=f"source:{SOURCE}"),
    Topic(id="near", name="near", query="(buy OR purchase) NEAR/5 (phone OR tablet) OR buy ONEAR/3 phone"),
    Topic(id="wildcards", name="wildcards", query='*hone* OR b?y OR "acme clou*"'),
    Topic(id="expressions", name="expressions", query="/(a+)+b/ OR /where .* buy/"),
    Topic(id="denials", name="denials", query="buy " + 'NOT "buy phone buy b" ' * 90),
    Topic(id="cases", name="cases", query="buy " + '-!"BUY buy" ' * 99),
    Topic(id="floods", name="floods", query="buy NEAR/999 b* NEAR/999 *y NEAR/999 zz"),
    Topic(id="nested", name="nested", query=" OR ".join(f"*{'b' * n}*" for n in range(1, 40))),
    Topic(id="marks", name="marks", query="#acme OR @acme OR $ACME OR acme.com OR site:acme.com"),
)
"""The first is about every hostile post, so that each is tagged, scored and stored."""


def hostile(now: datetime) -> dict[str, Post]:
    """Each post as a source might deliver it, by what is odd about it."""
    made = {
        name: Post(source=SOURCE, id=name.replace(" ", "-"), text=text, author="mallory", created_at=now)
        for name, text in TEXTS.items()
    }
    odd = Post(
        source=SOURCE,
        id="fields",
        text="see this",
        title="buy " * 300_000,
        url="javascript:alert(document.cookie)",
        links=("javascript:alert(1)", f"http://{'a' * 10_000}", "data:text/html,<script>") * 200,
        tags=("x" * 10_000,) * 200,
        author="<!channel>" * 1_000,
        created_at=now,
    )
    return {**made, "huge fields, links that run": odd}
