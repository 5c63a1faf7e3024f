"""What a click on the card of a trend changes: pure, from what was said of the trend before."""

from datetime import timedelta

from msgspec.structs import replace

from listener.types.desk import Act, Action, Outcome, Said
from listener.types.trend import Kind

MUTED_FOR = timedelta(hours=24)
_OF_QUESTIONS = (Act.ANSWER, Act.REFUSE, Act.ALLOW)


def decide(action: Action, said: Said) -> tuple[Said, Outcome]:
    """What is said of the trend from now on, and what came of the action."""
    if action.act in (Act.OWN, Act.TAKE_OVER, Act.LET_GO):
        after, outcome = _care(action, said)
    elif action.act in _OF_QUESTIONS and said.kind != Kind.QUESTION:
        after, outcome = said, Outcome.UNFIT
    else:
        after, outcome = _word(action, said), Outcome.DONE
    return after, Outcome.NOTHING if outcome is Outcome.DONE and after == said else outcome


def _care(action: Action, said: Said) -> tuple[Said, Outcome]:
    """The first who owns it has it, until they let it go or somebody takes it over."""
    if action.act is Act.LET_GO:
        if said.owner and said.owner_id != action.user:
            return said, Outcome.NOT_YOURS
        return replace(said, owner="", owner_id=""), Outcome.DONE
    if said.owner_id == action.user:
        return said, Outcome.NOTHING
    if said.owner and action.act is Act.OWN:
        return said, Outcome.HELD
    return replace(said, owner=action.name, owner_id=action.user), Outcome.DONE


def _word(action: Action, said: Said) -> Said:
    if action.act is Act.MUTE:  # never shorter than somebody muted it by command
        until = action.at + MUTED_FOR
        return replace(said, muted_until=max(until, said.muted_until or until))
    if action.act is Act.UNMUTE:
        return replace(said, muted_until=None)
    if action.act is Act.ANSWER:
        return replace(said, answer=action.value)
    return replace(said, refused=action.act is Act.REFUSE)
