"""The Slack app behind the buttons: the socket by which clicks come, and what a person who clicked is shown."""

from typing import TYPE_CHECKING

from listener.deadline import Http
from listener.errors import Ambiguous, ChannelError, MissingSecret
from listener.types import Environment, Json

if TYPE_CHECKING:
    from listener.channels.slack.socket import Hear, Socket

TOKEN = "SLACK_APP_TOKEN"  # noqa: S105  # its name
_BEGINS = "xapp-"
NEW = (
    "make one under Basic Information, App-Level Tokens of the Slack app, with the scope connections:write, "
    f"and set {TOKEN}"
)
_CURES = {
    "invalid_auth": f"{TOKEN} is not valid: {NEW}",
    "not_authed": f"{TOKEN} is empty: {NEW}",
    "token_revoked": f"{TOKEN} was revoked: {NEW}",
    "token_expired": f"{TOKEN} has expired: {NEW}",
    "account_inactive": f"the app of {TOKEN} was removed from the workspace: {NEW}",
    "not_allowed_token_type": f"{TOKEN} is no app-level token, which begins with {_BEGINS}: {NEW}",
    "missing_scope": f"{TOKEN} lacks the scope connections:write: {NEW}",
    "no_permission": f"{TOKEN} may not open a socket: {NEW}",
}
_TIMEOUT, _DEADLINE = 3.0, 5.0  # seconds: nobody waits longer for what a click brings, and a form opens within three


def has_buttons(environment: Environment) -> bool:
    """Whether cards have buttons: the app-level token is there."""
    return not why_none(environment)


def is_unset(environment: Environment) -> bool:
    """Whether nobody wants buttons: there is no app-level token, nor a file named that should hold it."""
    try:
        return not environment.secret(TOKEN)
    except MissingSecret as missing:
        return not missing.why


def why_none(environment: Environment) -> str:
    """Why cards have no buttons; "" where they have."""
    try:
        token = environment.secret(TOKEN)
    except MissingSecret as missing:
        return str(missing)
    printable = token.isascii() and token.isprintable() and " " not in token
    return "" if token.startswith(_BEGINS) and printable else _CURES["not_allowed_token_type"]


class SlackApp:
    """What the desk asks of Slack; both tokens are read anew for each call."""

    def __init__(self, environment: Environment, url: str = "https://slack.com/api/") -> None:
        from listener.channels.slack.api import Api  # noqa: PLC0415 - slack_sdk takes long to import

        self._environment, self._url = environment, url
        self._api = Api(Http(_TIMEOUT, _DEADLINE), "", url)

    def team(self) -> str:
        """The id of the workspace that the bot token belongs to; raises `ChannelError`."""
        self._sign_in()
        try:
            return str(self._api.ask("auth_test").data.get("team_id", ""))
        except Ambiguous as lost:
            raise ChannelError("slack", lost.why, wait=lost.wait, code=lost.code) from lost

    def address(self) -> str:
        """Where a socket may be opened, once; raises `ChannelError` naming the setting that mends it."""
        if why := why_none(self._environment):
            raise ChannelError("slack", why, permanent=True, code="not_allowed_token_type")
        try:
            answer = self._api.ask("apps_connections_open", app_token=self._environment.secret(TOKEN))
        except Ambiguous as lost:
            raise ChannelError("slack", lost.why, wait=lost.wait, code=lost.code) from lost
        except ChannelError as refused:
            if refused.code not in _CURES:
                raise
            raise ChannelError("slack", _CURES[refused.code], permanent=True, code=refused.code) from refused
        return str(answer.data.get("url", ""))

    def connect(self, hear: "Hear") -> "Socket":
        """Open a socket; `hear` is called with each message, one after another. Raises `ChannelError`."""
        from listener.channels.slack.socket import Socket  # noqa: PLC0415 - slack_sdk takes long to import

        return Socket.opened(self.address, hear)

    def whisper(self, channel: str, user: str, text: str) -> None:
        """Say something in a channel that one person alone sees; raises `ChannelError`, `Ambiguous`."""
        self._sign_in()
        self._api.ask("chat_postEphemeral", channel, channel=channel, user=user, text=text)

    def show(self, trigger: str, view: Json) -> None:
        """Open a form for who has just clicked; raises `ChannelError`, `Ambiguous`."""
        self._sign_in()
        self._api.ask("views_open", trigger_id=trigger, view=view)

    def _sign_in(self) -> None:
        try:
            self._api.token = self._environment.secret("SLACK_BOT_TOKEN")
        except MissingSecret as missing:
            raise ChannelError("slack", str(missing), permanent=True, code="not_authed") from missing
