"""`listener bench sentiment`: the mood of a post, by VADER's package and by our scorer."""

import sys
from importlib.resources import files
from pathlib import Path

import click
import msgspec
from msgspec.structs import asdict

from listener.cli.common import say, unconfigured
from listener.cli.tables import table
from listener.ops.sentiment import LEAST_GAIN, MOST_FLOOD, Compared, compare


class _Text(msgspec.Struct):
    text: str = ""


@click.command()
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there too.")
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Posts to score, a JSON object with a "text" a line. Left out: the invented posts of the sample.',
)
@unconfigured("what is measured is in the file.")
def sentiment(file: Path | None, data: Path | None) -> None:
    """VADER's package and our scorer on the same posts: speed, share of identical figures, floods.

    Posts a second of processor time, medians of five. Exits 1 where an aim is missed.
    """
    compared = compare(texts_of(data))
    click.echo(_speeds(compared))
    click.echo("\n" + _floods(compared))
    if file:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(_json(compared)), indent=2) + b"\n")
    if compared.missed:
        say(f"missed: {'; '.join(compared.missed)}")
        sys.exit(1)


def texts_of(data: Path | None) -> list[str]:
    """The texts to score; raises `click.UsageError` naming the line that holds none."""
    name = data or "sample.jsonl"
    raw = data.read_bytes() if data else (files("listener.sources") / "sample.jsonl").read_bytes()
    texts = []
    for number, line in enumerate(raw.splitlines(), 1):
        try:
            texts += [msgspec.json.decode(line, type=_Text).text] if line.strip() else []
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise click.UsageError(f"{name} line {number}: {error}") from None
    if not any(texts):
        raise click.UsageError(f'{name} holds no posts; expected a JSON object with a "text" a line')
    return texts


def _speeds(compared: Compared) -> str:
    rows = [
        ("vaderSentiment", f"{compared.package:,.0f} posts/s", ""),
        ("listener", f"{compared.ours:,.0f} posts/s", ""),
        ("times as fast", f"{compared.gain:.2f}", f"≥ {LEAST_GAIN:g}"),
        ("identical figures", f"{compared.identical:.2%} of {compared.posts:,}", "100%"),
    ]
    return table(("MOOD OF A POST", "FIGURE", "AIM"), rows)


def _floods(compared: Compared) -> str:
    rows = [(what, f"{cost:.1f} ms", f"≤ {MOST_FLOOD:g} ms") for what, cost in compared.floods_ms.items()]
    return table(("FLOOD", "LISTENER", "AIM"), rows)


def _json(compared: Compared) -> object:
    return {**asdict(compared), "gain": compared.gain, "met": not compared.missed}
