"""The buttons on the card of a trend, and the form in which a person says where it was answered."""

from collections.abc import Iterator

from listener.card import line
from listener.types import Json, Message
from listener.types.desk import Act, Shown
from listener.types.trend import Kind, TrendView

PREFIX = "trend."  # of each button's action_id; then comes an `Act`
FORM = "trend.answer"  # callback_id of the form
FIELD = "url"  # its one field
LONGEST_VALUE = 2_000  # characters that Slack takes as the value of a button

_LABELS = {
    Act.OWN: "Own it",
    Act.TAKE_OVER: "Take over",
    Act.LET_GO: "Let go",
    Act.MUTE: "Mute 24 h",
    Act.UNMUTE: "Unmute",
    Act.REFUSE: "Not a question",
    Act.ALLOW: "It is a question",
}
_CONFIRM = {
    Act.TAKE_OVER: ("Take over?", "{owner} takes care of this already. The card will name you instead."),
    Act.REFUSE: ("Not a question?", "Nothing that is like it will be told again, whoever asks."),
}


def buttons(message: Message) -> list[Json]:
    """One block with what can be done about a trend as it is; none where the message cannot be named in a button."""
    value = f"{message.install} {message.key}"
    if message.trend is None or not message.install or len(value) > LONGEST_VALUE:
        return []
    elements = [_button(act, label, value, line(message.trend.owner, 40)) for act, label in _sensible(message.trend)]
    return [{"type": "actions", "elements": elements}]


def named(value: str) -> tuple[str, str]:
    """The installation and the message that the value of a button names."""
    install, _, key = value.partition(" ")
    return install, key


def _sensible(view: TrendView) -> Iterator[tuple[Act, str]]:
    if view.refused:
        yield Act.ALLOW, _LABELS[Act.ALLOW]
        return
    if view.owner:
        yield Act.TAKE_OVER, _LABELS[Act.TAKE_OVER]
        if view.owner_id:
            yield Act.LET_GO, _LABELS[Act.LET_GO]
    elif not view.answer:
        yield Act.OWN, _LABELS[Act.OWN]
    if view.kind == Kind.QUESTION:
        yield Act.ANSWER, "Change the answer…" if view.answer else "Answered…"
    mute = Act.UNMUTE if view.muted_until else Act.MUTE
    yield mute, _LABELS[mute]
    if view.kind == Kind.QUESTION and not view.answer:
        yield Act.REFUSE, _LABELS[Act.REFUSE]


def _button(act: Act, label: str, value: str, owner: str) -> Json:
    button = {"type": "button", "action_id": f"{PREFIX}{act}", "text": _plain(label), "value": value}
    if act in _CONFIRM:
        title, text = _CONFIRM[act]
        said = _plain(text.format(owner=owner))
        asked = {"title": _plain(title), "text": said, "confirm": _plain(label), "deny": _plain("Cancel")}
        button["confirm"] = asked
    return button


def form(card: str, shown: Shown) -> Json:
    """The form that asks for the address of an answer.

    Args:
        card: the value of the button that opened it.
    """
    element: Json = {"type": "url_text_input", "action_id": FIELD, "focus_on_load": True}
    if shown.answer:
        element["initial_value"] = shown.answer
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": card,
        "title": _plain("Answered"),
        "submit": _plain("Save"),
        "close": _plain("Cancel"),
        "blocks": [
            {"type": "section", "text": _plain(line(shown.question, 300) or "A question that many ask")},
            {
                "type": "input",
                "block_id": FIELD,
                "label": _plain("Where is the answer?"),
                "hint": _plain("Who asks the same sees this address on the card of their alert."),
                "element": element,
            },
        ],
    }


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}
