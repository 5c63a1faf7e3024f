"""Texts that a stranger might write to mislead, to break the layout or to stop the program, by kind."""

HOSTILE = {
    "mentions": "<!channel> <!here|here> <@U0ANNA> <#C0SALES> <!subteam^S0LEADS>",
    "links": "<http://evil.example|https://ok.example> https://evil.example javascript:alert(1)",
    "formatting": "*bold* _it_ ~no~ `code` ```block``` > quote :tada: • 1. list",
    "entities": "&lt;!channel&gt; &amp; < > &",
    "controls": "a\x00b\x1b[31mred\x07\x9b0m \x08\x7f",
    "bidi": "\u202eevil\u202c \u2066x\u2069 \u200f\u061c",
    "surrogates": "half \ud83d of a pair \udc00",
    "emoji": "🔥" * 10_000,
    "lines": "\n\r\n\u2028" * 5_000 + "end",
    "megabyte": "desk " * 200_000,
    "zero width": "\u200b\ufeff\u2060" * 1_000,
    "stacked": "Z" + "\u0301\u0489" * 3_000,
    "dates": "<!date^1^{date}^https://evil.example|now>",
}
