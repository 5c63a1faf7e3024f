"""The Slack app that Listener needs, as Slack's "create an app from a manifest" takes it."""

from listener.types import Json

SCOPES = (
    "chat:write",  # post, change and remove its own cards
    "channels:read",  # find #channels by name
    "channels:history",  # look for a card whose answer was lost, so that it is never posted twice
    "groups:read",  # the same in private channels that it was invited to
    "groups:history",
    "files:write",  # the picture on the card of a trend
)


def manifest() -> Json:
    """The manifest, with exactly the permissions that are used."""
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Listener",
            "description": "Tells the right people what is asked for in public, while there is time to answer.",
            "background_color": "#1f4f46",
        },
        "features": {"bot_user": {"display_name": "listener", "always_online": True}},
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "org_deploy_enabled": False,
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,  # clicks come by a connection that Listener opens: no open port
            "token_rotation_enabled": False,
        },
    }
