"""Texts as one automaton reads them: folded words between single spaces, so that all queries are looked for at once.

Whatever a word, phrase, name or address of a query finds in a text is in its plain form too, so that a text without it
need not be looked at. What is in the plain form alone is sorted out by the query itself.
"""

import re
from collections.abc import Iterable

from listener.query.fold import folded_char, is_unmasked, prepared
from listener.query.words import ADDRESS, KEYCAP, LETTERS, joined, spaceless

ODD = b"\x03"
"""Stands in the plain form of what is no text: whoever finds it there looks at the text itself."""

_END = "\0"  # between two texts
_BREAK, _COLON, _SLASH = b"\x01", b"\x05", b"\x06"  # what a phrase does not cross
_LETTER = re.compile(LETTERS)
_WORDS = re.compile(r" ?[a-z0-9]+(?: [a-z0-9]+)* ?")
_SPACES = re.compile(rb"  +")
_SCHEME = rb"https?|hxxps?|ftp"
_GLUED = re.compile(rb"(?<=[^ \n])(%b)(?= \x05 \x06 \x06)" % _SCHEME)  # to a word, which the address is no part of


def _byte(code: int) -> int:
    char = chr(code)
    if code >= 128:
        return code
    if char.isalnum():
        return ord(char.lower())
    if char in "\t\n -_*~'":  # a phrase goes on across all but the apostrophe, which is inside words
        return ord(" ")
    if char == _END:
        return ord("\n")
    if char in ":/":
        return (_COLON if char == ":" else _SLASH)[0]
    return (_BREAK if char.isprintable() else ODD)[0]


_BYTES = bytes(map(_byte, range(256)))


class _Table(dict[int, str]):
    """For `str.translate`: what a character is in the plain form, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = "".join(map(_char, folded_char(code)))
        return plain


def _char(char: str) -> str:
    if char == _END or "\x7f" <= char <= "\x9f" or "\ud800" <= char <= "\udfff":
        return ODD.decode()
    if char.isascii() or (_LETTER.fullmatch(char) and not spaceless(char)):
        return char
    return " " if joined(f" {char} ") else f" {char} "


_TABLE = _Table()


def plain(texts: Iterable[str]) -> bytes:
    """The texts in this form one after the other, a line each, every word with a space before and after it."""
    return _spaced(f" {f' {_END} '.join(map(_folded, texts))} ")


def piece(folded: str) -> bytes:
    """What is in the plain form of whatever holds this text; a space at either end is the edge of a word.

    b"" where there is no telling.
    """
    if _WORDS.fullmatch(folded):
        return folded.encode()
    inner = _spaced(folded if folded.isascii() else "".join(map(_char, folded))).strip(b" ")
    if not inner or ODD in inner:
        return b""
    return (b" " if folded.startswith(" ") else b"") + inner + (b" " if folded.endswith(" ") else b"")


def _folded(text: str) -> str:
    if text.isascii():
        return text if _END not in text else text.replace(_END, ODD.decode())
    if "\u20e3" in text:
        text = KEYCAP.sub(r" \g<0> ", text)
    if is_unmasked(text):
        text = ADDRESS.sub(r" \g<0> ", text)  # letters are read by their neighbours, which an address is not
    return prepared(text).translate(_TABLE)


def _spaced(text: str) -> bytes:
    apart = text.encode().translate(_BYTES)
    for sign in (_BREAK, _COLON, _SLASH):
        apart = apart.replace(sign, b" %b " % sign)
    apart = _SPACES.sub(b" ", apart)
    addresses = apart.count(b" \x05 \x06 \x06 ")
    if addresses != apart.count(b" http \x05 \x06 \x06 ") + apart.count(b" https \x05 \x06 \x06 "):
        return _GLUED.sub(rb" \1", apart)
    return apart
