"""The desk of a running Listener, where Slack is told and the app-level token is there."""

from datetime import datetime

from listener.app.app import App
from listener.channels.slack.app import SlackApp, has_buttons
from listener.config import Env
from listener.desk import Desk, Line
from listener.errors import ChannelError


def is_wanted(app: App, env: Env) -> bool:
    """Whether cards in Slack have buttons."""
    told = any(channel.use == "slack" and channel.name in app.parts.channels for channel in app.parts.settings.channels)
    return told and has_buttons(env)


def line(app: App, env: Env) -> Line:
    """Who answers the buttons; still to be started."""
    slack, store, now = SlackApp(env), app.store, app.real

    def tell(error: ChannelError, since: datetime) -> None:
        """One notice a day for each kind of trouble that a person must mend, or that lasts."""
        is_news = error.permanent or now() - since >= app.parts.settings.ops.after
        if (
            is_news
            and app.parts.ops
            and store.outbox.notify(
                f"ops/desk/{error.code}/{now().date()}",
                app.parts.ops,
                f"Buttons in Slack do nothing: {error.why}",
                now(),
            )
        ):
            app.on_alert()

    desk = Desk(store.db, store.outbox.install, slack, now, app.on_alert)
    return Line(slack, desk, store, now, tell)
