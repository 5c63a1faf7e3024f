"""Texts as one automaton reads them: folded words between single spaces, so that all queries are looked for at once.

Whatever a word, phrase, name or address of a query finds in a text is in its plain form too, so that a text without it
need not be looked at. What is in the plain form alone is sorted out by the query itself.
"""

import re
from codecs import register_error
from collections.abc import Sequence

from listener.query.fold import JOINED, MIXED, folded_char, is_unmasked, prepared
from listener.query.words import ADDRESS, LETTERS, joined, spaceless

ODD = b"\x03"
"""Stands in the plain form of what is no text: whoever finds it there looks at the text itself."""

_END = "\0"  # between two texts
_BREAK, _COLON, _SLASH = b"\x01", b"\x05", b"\x06"  # what a phrase does not cross
_LETTER = re.compile(LETTERS)
_WORDS = re.compile(r" ?[a-z0-9]+(?: [a-z0-9]+)* ?")
_SOON = 20  # characters
_SPACES = re.compile(rb"  +")
_ADDRESS = b" \x05  \x06  \x06 "  # "://"
_GLUED = re.compile(rb"[^ ](https?|hxxps?|ftp)\Z")  # to a word, which the address is no part of
_LONGEST_GLUED = 6
_TOGETHER = re.compile(rf"[\u20e3{MIXED}{JOINED}]")  # read by their neighbours
_ON_A_KEY = re.compile("[0-9]\ufe0f?\u20e3")


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


def plain(texts: Sequence[str]) -> bytes:
    """The texts in this form one after the other, a line each, every word with a space before and after it."""
    apart = f" {_END} "
    page = apart.join(texts)
    if page.count(_END) >= max(1, len(texts)):
        texts = [text.replace(_END, ODD.decode()) for text in texts]
        page = apart.join(texts)
    if not page.isascii() and _TOGETHER.search("".join([text for text in texts if not text.isascii()])):
        page = apart.join(map(_prepared, texts))
    return _spaced(f" {page} ".encode("ascii", "listener.plain"))


def piece(folded: str) -> bytes:
    """What is in the plain form of whatever holds this text; a space at either end is the edge of a word.

    b"" where there is no telling.
    """
    if _WORDS.fullmatch(folded):
        return folded.encode()
    inner = _spaced("".join(map(_char, folded)).encode()).strip(b" ")
    if not inner or ODD in inner:
        return b""
    return (b" " if folded.startswith(" ") else b"") + inner + (b" " if folded.endswith(" ") else b"")


def _prepared(text: str) -> str:
    """The text where each of its characters may be read by itself."""
    if text.isascii() or not _TOGETHER.search(text):
        return text
    if is_unmasked(text):
        text = ADDRESS.sub(_apart, text)  # its letters are read without regard to those around it
    return prepared(_ON_A_KEY.sub(r" \g<0> ", text))


def _folded(error: UnicodeError) -> tuple[bytes, int]:
    """What stands for a run of characters that are none of ASCII's, and where the run ends.

    Where more of them follow soon, the rest of the text is read with them: to be asked again takes longer.
    """
    assert isinstance(error, UnicodeEncodeError)
    page, end = error.object, error.end
    if not page[end : end + _SOON].isascii():
        end = page.find(_END, end)
    run = page[error.start : end if end >= 0 else len(page)]
    return run.translate(_TABLE).encode(), error.start + len(run)


register_error("listener.plain", _folded)


def _apart(address: re.Match[str]) -> str:
    """Between spaces, but beside signs, which keep letters apart by themselves."""
    before, after = address.string[address.start() - 1 : address.start()], address.string[address.end() :][:1]
    return f"{' ' * before.isalnum()}{address[0]}{' ' * after.isalnum()}"


def _spaced(text: bytes) -> bytes:
    """Signs between spaces of their own, whatever is beside them, so that a part of a text looks as in the whole."""
    apart = _SPACES.sub(b" ", text.translate(_BYTES))
    for sign in (_BREAK, _COLON, _SLASH):
        apart = apart.replace(sign, b" %b " % sign)
    addresses = apart.count(_ADDRESS)
    if addresses == apart.count(b" http" + _ADDRESS) + apart.count(b" https" + _ADDRESS):
        return apart
    *begun, last = apart.split(_ADDRESS)
    return _ADDRESS.join([*map(_unglued, begun), last])


def _unglued(before: bytes) -> bytes:
    """What stands before "://", the word and the scheme after it apart."""
    glued = _GLUED.search(before[-_LONGEST_GLUED:])
    return before if glued is None else before[: -len(glued[1])] + b" " + glued[1]
