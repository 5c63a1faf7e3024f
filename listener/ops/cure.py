"""What mends the trouble of a source: the setting or command that its message names, and when it is tried again."""

import re
from pathlib import Path

from listener.store import Standing

_ADVICE = re.compile(r"(?:\A|[:;(] ?)((?:check|set|install|remove|write|mend) .+)\Z")
_VARIABLE = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")
_GONE = re.compile(r"\b(?:404|410|301|302|does not exist|is gone|is banned|there is no)\b")


def cure(standing: Standing, name: str, folder: Path, *, running: bool) -> str:
    """What a person can do; where there is nothing to be done, when it is tried again, or the command that tries."""
    again = f"it is tried again at {standing.next_try:%H:%M} UTC" if running and standing.next_try else ""
    once = f"listener once --source {name}"
    advice = _advice(standing, name, folder)
    if not advice:
        return again or once
    if _VARIABLE.search(advice):  # what the environment holds is read once, what a file holds each time
        change = f"after a change of the environment start Listener again; a file named by …_FILE is read: {again}"
        return f"{advice}; {change if again else f'then `{once}`'}"
    return f"{advice}; {again or f'then `{once}`'}"


def _advice(standing: Standing, name: str, folder: Path) -> str:
    """What its message says to do, or what can be done about something that is not there any more."""
    place = f'[[sources]] "{name}" in {folder}/listener.toml'
    if "max_usd_per_day" in standing.why:
        return f"wait, or raise max_usd_per_day: {place}"
    if found := _ADVICE.search(standing.why):
        return found[1].removesuffix(")") if found[0].startswith("(") else found[1]
    if _GONE.search(standing.why):
        what = f"mend or remove {standing.stream}" if standing.stream else "mend what it reads"
        return f"{what}: {place}"
    return ""
