"""What Slack's words for a failure mean here: whom they stop, whether waiting helps, and what cures them."""

from collections.abc import Mapping

from listener.deadline import retry_after
from listener.errors import Ambiguous, ChannelError, OutsideError
from listener.types import Json

INSTALL = "install the app again and set SLACK_BOT_TOKEN to its new Bot User OAuth Token"

CHANNEL = {  # the token: nothing can be sent
    "token_revoked": f"the token was revoked: {INSTALL}",
    "token_expired": f"the token has expired: {INSTALL}",
    "invalid_auth": f"the token is not valid: {INSTALL}",
    "account_inactive": f"the app was removed from the workspace: {INSTALL}",
    "not_authed": "no token was sent: set SLACK_BOT_TOKEN",
    "not_allowed_token_type": "SLACK_BOT_TOKEN is not a bot token: take the one that starts with xoxb-",
    "missing_scope": "the app lacks a permission",
    "no_permission": f"the app may not do this: {INSTALL}",
    "org_login_required": "the workspace is being moved: wait, then run listener doctor",
    "team_access_not_granted": "the app is not allowed in this workspace: ask an administrator to approve it",
    "access_denied": "the workspace refuses the app: ask an administrator to approve it",
    "ekm_access_denied": "an administrator has suspended access to the workspace's messages",
}
AUTH = {"token_revoked", "token_expired", "invalid_auth", "account_inactive", "not_authed", "not_allowed_token_type"}
PLACE = {  # one Slack channel
    "channel_not_found": "there is no channel {place} that the app can see: create it, or /invite @listener into it",
    "not_in_channel": "the app is not in {place}: /invite @listener there",
    "is_archived": "{place} is archived: unarchive it, or route its alerts elsewhere",
    "restricted_action": "the rules of {place} forbid the app to post: ask an administrator",
    "restricted_action_read_only_channel": "{place} is read-only: ask an administrator to let the app post",
    "restricted_action_thread_only_channel": "{place} allows only replies: route alerts elsewhere",
    "restricted_action_non_threadable_channel": "{place} allows no replies",
    "channel_is_limited_access": "{place} is limited: ask an administrator to let the app post",
    "messages_tab_disabled": "the app's messages tab is off: switch it on under App Home",
}
SHAPE = {  # how the message is built: plain text may still pass
    "msg_too_long",
    "msg_blocks_too_long",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "metadata_too_large",
    "no_text",
}
GONE = {"message_not_found", "cant_update_message", "cant_delete_message", "edit_window_closed", "thread_not_found"}
FIXED = {"cant_update_message", "edit_window_closed"}  # it is there, and cannot be changed
UNSURE = {"internal_error", "fatal_error", "request_timeout", "service_unavailable"}  # Slack does not know itself
RATE = {"ratelimited", "rate_limited"}


def refusal(status: int, headers: Mapping[str, str], data: Json, place: str) -> OutsideError:
    """The error that Slack's answer stands for: `Ambiguous` where it may have taken effect."""
    code = str(data.get("error", ""))[:80]
    if status == 429 or code in RATE:
        wait = retry_after(headers)
        return ChannelError("slack", "asks to slow down", wait=wait, code="ratelimited", scope="place")
    if status >= 500 or code in UNSURE:
        why = f"it is in trouble ({status} {code})"
        return Ambiguous("slack", why, wait=retry_after(headers), code=code or str(status))
    if code in CHANNEL:
        return ChannelError("slack", _cure(code, data), permanent=True, code=code)
    if code in PLACE:
        why = PLACE[code].format(place=place or "the channel")
        return ChannelError("slack", why, permanent=True, code=code, scope="place")
    why = f"refuses the message ({code or status})"
    # A word that we do not know: only this message waits, and it is tried again rather than given up.
    return ChannelError("slack", why, permanent=code in SHAPE | GONE, code=code or str(status), scope="message")


def _cure(code: str, data: Json) -> str:
    needed = str(data.get("needed", ""))[:80]
    if code != "missing_scope" or not needed:
        return CHANNEL[code]
    return f"the app lacks the scope {needed}: add it under OAuth & Permissions and install the app again"
