"""`python -m tests.storm --minutes 10 --kills 30 --seed 1`, or `--calm`: plays, prints the figures, exits 1 if wrong.

`--downs` measures what the trouble of one platform does to the others: the delays are told for both weathers.
Needs the stand-in platforms beside the checkout, as the tests in `tests/world` do.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tests.storm.figures import Reading
from tests.storm.play import Result, play
from tests.storm.weather import Plan
from tests.world.support import patient

_TOOLS = Path(__file__).resolve().parents[3] / "shared" / "tools"


def main() -> int:
    """Play what the arguments say."""
    options = _options()
    if not (_TOOLS / "loopback").is_dir():
        print(f"needs the stand-in platforms beside the checkout: no {_TOOLS / 'loopback'}", file=sys.stderr)
        return 2
    sys.path.insert(0, str(_TOOLS))
    kind = patient(import_module("loopback.world").World)
    plan = Plan(
        seconds=options.minutes * 60,
        speed=options.speed,
        kills=0 if options.calm or options.downs else options.kills,
        calm=options.calm or options.downs,
        downs=options.downs,
        seed=options.seed,
        usd=options.usd if options.usd else 100.0 if options.calm or options.downs else 3.0,
    )
    with TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        result = play(plan, kind, folder)
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2))
    print(_shown(result))
    return 1 if result.wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--speed", type=float, default=5.0, help="new posts a second on each platform")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calm", action="store_true", help="no faults and no kills")
    parser.add_argument("--downs", action="store_true", help="calm, but for one platform after the other that is down")
    parser.add_argument(
        "--usd", type=float, help="X's cap a day; usually 100 in calm, 3 in a storm, which it may reach"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the database and all the rest")
    parser.add_argument("--json", type=Path, help="a file for all figures")
    return parser.parse_args()


def _shown(result: Result) -> str:
    kind = f"a storm with {result.kills} kills" if result.kills else "calm"
    lines = [f"{result.seconds:.0f} s, {kind}"]
    for name, each in result.platforms.items():
        lines += [f"{name}: {_counts(each)}", *_delays(each)]
    alerts = result.alerts
    lines.append(
        f"alerts: {alerts.planned} planned, {alerts.told} told, {alerts.dropped} dropped as deleted, lost "
        f"{len(alerts.lost) + len(alerts.untold)}, twice {len(alerts.twice)}; {alerts.notices} notices to operators; "
        f"{alerts.unanswered} answers of Slack lost"
    )
    lines.append(f"x: {result.usd:.3f} USD, {result.booked:.3f} in the books, of {result.cap:.3f}")
    return "\n".join([*lines, *(f"WRONG {each}" for each in result.wrong)])


def _counts(each: Reading) -> str:
    return (
        f"{each.offered} offered, {each.matching} about a topic, {each.deleted} deleted, {each.found} found, lost "
        f"{len(each.lost)}, {each.in_gaps} in {each.gaps} gaps; {each.requests} requests, {each.struck} struck, "
        f"{each.most_a_minute} in the fullest minute"
    )


def _delays(each: Reading) -> list[str]:
    told = {"": each.told_after}
    tables = {"answer → found": each.found_after, "appears → found": each.seen_after, "answer → told": told}
    return [
        f"  {what}{f', {weather}' if weather else ''}: median {spread[0]:.2f} s, p99 {spread[1]:.2f} s of {spread[2]}"
        for what, table in tables.items()
        for weather, spread in table.items()
        if spread[-1]
    ]


if __name__ == "__main__":
    sys.exit(main())
