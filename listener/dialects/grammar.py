"""The Boolean grammar that the tools share: words, phrases, AND, OR, NOT, NEAR, parentheses, fields."""

import re
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from listener.dialects.leaves import FARTHEST, cased, near_each_other, phrase, raw, term
from listener.dialects.tree import Every, Lost, Make, Near, Node, Not, Noted, Some

_QUOTES = dict.fromkeys(map(ord, "“”„‟«»＂"), '"')
_DEEPEST = 40  # parentheses in one another; ours takes a few more
_TOKEN = re.compile(
    r"(?P<blank>\s+|<<<.*?(?:>>>|\Z))"
    r"|(?P<near>o?near/\d{1,4}f?(?=[\s(\"]))"
    r"|(?P<operator>(?-i:AND|OR|NOT)(?=[\s()\"{}-]|\Z))"
    r"|(?P<open>[({])|(?P<close>[)}])"
    r"|(?P<minus>-(?=[^\s)}]))"
    r"|(?P<field>[a-z_$][\w.]*:(?!//)(?=[^\s)}]))"
    r"|(?P<quoted>\"[^\"]*(?:\"|\Z))"
    r"|(?P<raw>`[^`]*(?:`|\Z))"
    r"|(?P<slop>~\d{1,4})"
    r"|(?P<comma>,)"
    r"|(?P<word>(?:[^\s(){}\"`,~]|,(?=\d)|~)(?:[^\s(){}\"`,~]|,(?=\d)|~(?!\d))*)",
    re.IGNORECASE | re.DOTALL,
)
_VALUE = re.compile(r"\[[^\]]*\]|[^\s(){}\"`]+")


class Unreadable(Exception):
    """A query whose grammar is broken, at a character."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.at, self.why = at, why


class Grammar(Struct, frozen=True):
    """What a tool's language has beside the operators."""

    fields: Mapping[str, Make]  # names in lower case
    word: Make = term
    comma_is_or: bool = False


class Reader:
    """One query on its way from text to tree."""

    def __init__(self, text: str, grammar: Grammar) -> None:
        self._text, self._grammar = text.translate(_QUOTES), grammar
        self._word: Make = grammar.word
        self._phrase: Make = phrase
        self._at = self._depth = 0
        self._kind, self._token, self._end = "", "", 0
        self._step()

    def read(self) -> Node:
        """The whole query; raises `Unreadable`."""
        tree = self._some()
        if self._kind:
            raise Unreadable(self._at, f"{self._token} closes nothing")
        return tree

    def _step(self) -> None:
        """Go on to the next token; its kind is "" at the end."""
        self._at = self._end
        while found := _TOKEN.match(self._text, self._at):
            self._kind, self._token, self._end = found.lastgroup or "", found[0], found.end()
            if self._kind != "blank":
                return
            self._at = self._end
        self._kind = self._token = ""

    def _is(self, *tokens: str) -> bool:
        return self._kind == "operator" and self._token.upper() in tokens

    def _some(self) -> Node:
        branches = [self._every()]
        while self._is("OR") or (self._kind == "comma" and self._grammar.comma_is_or):
            at, is_comma = self._at, self._kind == "comma"
            self._step()
            if is_comma and self._kind in ("", "close"):
                break
            branch = self._every()
            branches.append(Noted(branch, ",", at, "it is read as OR", wider=True) if is_comma else branch)
        return branches[0] if len(branches) == 1 else Some(tuple(branches))

    def _every(self) -> Node:
        parts = [self._not()]
        while self._kind not in ("", "close") and not self._is("OR"):
            if self._kind == "comma":
                if self._grammar.comma_is_or:
                    break
                self._step()
                continue
            if self._is("AND"):
                self._step()
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _not(self) -> Node:
        if self._is("NOT") or self._kind == "minus":
            self._step()
            self._deeper()
            node = Not(self._not())
            self._depth -= 1
            return node
        return self._near()

    def _near(self) -> Node:
        left = self._operand()
        while self._kind == "near":
            words = self._token.lower()
            self._step()
            between = int(re.sub(r"\D", "", words))
            is_ordered = words.startswith("o") or words.endswith("f")
            left = Near(left, self._operand(), min(between + 1, FARTHEST), is_ordered)
        return left

    def _operand(self) -> Node:
        if self._kind == "open":
            return self._group()
        if self._kind not in ("field", "quoted", "raw", "word", "slop"):
            raise Unreadable(self._at, f"expected a term, not {self._token or 'the end'}")
        kind, token, at = self._kind, self._token, self._at
        if kind == "field":
            return self._field(token[:-1], at)
        self._step()
        if kind == "quoted":
            return self._quoted(token.strip('"'), at)
        if kind == "slop":
            return Lost(token, at, "a distance belongs right behind a phrase or a group")
        return raw(token.strip("`"), at) if kind == "raw" else self._word(token, at)

    def _quoted(self, text: str, at: int) -> Node:
        if self._kind != "slop" or self._at != at + len(text) + 2:
            return self._phrase(text, at)
        between = int(self._token[1:])
        self._step()
        parts = [self._word(word, at) for word in text.split()]
        return near_each_other(parts, between, at, f'"{text}"~{between}') if parts else phrase(text, at)

    def _group(self) -> Node:
        opened, at, outer = self._token, self._at, (self._word, self._phrase)
        if opened == "{":
            self._word = self._phrase = cased
        self._step()
        self._deeper()
        tree = self._some()
        self._depth -= 1
        self._word, self._phrase = outer
        if self._token != {"(": ")", "{": "}"}[opened]:
            raise Unreadable(at, f"{opened} is not closed")
        end = self._end
        self._step()
        if self._kind != "slop" or self._at != end:
            return tree
        between = int(self._token[1:])
        self._step()
        parts: list[Node] = [*tree.parts] if isinstance(tree, Every) else [tree]
        return near_each_other(parts, between, at, f"(…)~{between}")

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unreadable(self._at, f"more than {_DEEPEST} parentheses in one another")

    def _field(self, name: str, at: int) -> Node:
        make = self._grammar.fields.get(name.lower(), _unknown)
        value = self._text[self._end : self._end + 1]

        def named(text: str, _: int) -> Node:
            node = make(text, at)
            return replace(node, what=f"{name}:{text}") if isinstance(node, Lost | Noted) else node

        if value in ('"', "`", "(", "{"):
            outer = self._word, self._phrase
            self._step()
            self._word = self._phrase = named
            node = named(self._taken().strip(value), at) if value in '"`' else self._group()
            self._word, self._phrase = outer
            return node
        found = _VALUE.match(self._text, self._end)
        if not found:
            raise Unreadable(at, f"expected a value after {name}:")
        self._end = found.end()
        self._step()
        return named(found[0], at)

    def _taken(self) -> str:
        token = self._token
        self._step()
        return token


def _unknown(value: str, at: int) -> Node:
    return Lost(value, at, "there is no such field here; words with a colon would stand in quotation marks")
