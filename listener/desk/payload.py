"""What Slack sends of a click or a form, checked: pure. Nothing in it is trusted, and nothing of it is long."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from listener.card import line, link
from listener.channels.slack.buttons import FIELD, FORM, LONGEST_VALUE, PREFIX, named
from listener.types import Json
from listener.types.desk import Act, Action

_Word = Annotated[str, Meta(max_length=200)]
_Id = Annotated[str, Meta(pattern=r"\A[A-Z0-9]{2,40}\Z")]
_Card = Annotated[str, Meta(max_length=LONGEST_VALUE)]
_NAME = 40  # characters of a person's name


class Ours(Struct, frozen=True):
    """Whose clicks these are to be."""

    team: str  # workspace
    app: str
    install: str


class Click(Struct, frozen=True, kw_only=True):
    """A button that was pressed, or a form that was sent; `action` is None where the button asks for the form."""

    act: Act
    card: str  # the value of the button
    action: Action | None = None
    user: str
    channel: str = ""  # where the card is; "" of a form
    trigger: str = ""  # by which a form can be opened, within three seconds


class Unfit(Struct, frozen=True):
    """What has no effect."""

    why: str  # for the log; "" it is nothing to speak of
    user: str = ""  # who is to be told, where
    channel: str = ""
    mistake: str = ""  # what is wrong with the field of a form


class _Team(Struct, frozen=True):
    id: _Id


class _User(Struct, frozen=True):
    id: Annotated[str, Meta(pattern=r"\A[UW][A-Z0-9]{1,40}\Z")]
    name: str = ""
    username: str = ""


class _Button(Struct, frozen=True):
    action_id: _Word
    action_ts: _Word
    value: _Card = ""


class _Container(Struct, frozen=True):
    channel_id: _Id = ""


class _Field(Struct, frozen=True):
    value: str | None = None


class _State(Struct, frozen=True):
    values: dict[str, dict[str, Any]] = {}


class _View(Struct, frozen=True):
    id: _Id
    callback_id: _Word
    private_metadata: _Card = ""
    state: _State = _State()


class _Common(Struct, frozen=True, kw_only=True, tag_field="type"):
    team: _Team
    user: _User
    api_app_id: _Id
    trigger_id: _Word = ""


class _Pressed(_Common, frozen=True, kw_only=True, tag="block_actions"):
    actions: Annotated[tuple[_Button, ...], Meta(min_length=1, max_length=25)]
    container: _Container = _Container()


class _Sent(_Common, frozen=True, kw_only=True, tag="view_submission"):
    view: _View


def read(payload: Json, ours: Ours, now: datetime) -> Click | Unfit:
    """The click that a payload stands for."""
    if payload.get("type") not in ("block_actions", "view_submission"):
        return Unfit("")  # of what we did not ask for, such as a form that was closed
    try:
        found = msgspec.convert(payload, _Pressed | _Sent)
    except msgspec.ValidationError as error:
        return Unfit(f"cannot be read: {line(str(error), 200)}")
    if found.team.id != ours.team or (ours.app and found.api_app_id != ours.app):
        return Unfit(f"comes from workspace {found.team.id} and app {found.api_app_id}, which are not ours")
    return _form(found, ours, now) if isinstance(found, _Sent) else _button(found, ours, now)


def _button(found: _Pressed, ours: Ours, now: datetime) -> Click | Unfit:
    button, user, channel = found.actions[0], found.user, found.container.channel_id
    try:
        act = Act(button.action_id.removeprefix(PREFIX))
    except ValueError:
        return Unfit("")  # of a link, which opens by itself
    install, card = named(button.value)
    if not button.action_id.startswith(PREFIX) or install != ours.install or not card:
        return Unfit("is on a card of another Listener", user.id, channel)
    key = f"slack/{user.id}/{button.action_ts}/{act}"
    action = None if act is Act.ANSWER else Action(key=key, act=act, card=card, user=user.id, name=_name(user), at=now)
    return Click(act=act, card=button.value, action=action, user=user.id, channel=channel, trigger=found.trigger_id)


def _form(found: _Sent, ours: Ours, now: datetime) -> Click | Unfit:
    view, user = found.view, found.user
    install, card = named(view.private_metadata)
    if view.callback_id != FORM or install != ours.install or not card:
        return Unfit("is a form of another Listener", mistake="This form belongs to another Listener.")
    address = _address(view.state)
    if not address:
        why = "This is no address that begins with http:// or https://, or it is too long."
        return Unfit("", mistake=why)
    key, act = f"slack/{user.id}/{view.id}/{Act.ANSWER}", Act.ANSWER
    action = Action(key=key, act=act, card=card, user=user.id, name=_name(user), at=now, value=address)
    return Click(act=act, card=view.private_metadata, action=action, user=user.id)


def _address(state: _State) -> str:
    """The address in the field, as the command would note it; "" where it is none."""
    try:
        field = msgspec.convert(state.values.get(FIELD, {}).get(FIELD, {}), _Field)
    except msgspec.ValidationError:
        return ""
    written = (field.value or "").strip()
    return link(written) if len(written) <= LONGEST_VALUE else ""


def _name(user: _User) -> str:
    return line(user.name or user.username, _NAME) or user.id
