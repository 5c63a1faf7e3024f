"""What stands around the package: pins, the Makefile, the unit file."""

import configparser
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]


def pins() -> dict[str, str]:
    """Version by canonical name."""
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}


def wanted(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for on this platform."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = [line for extra in extras for line in project["optional-dependencies"][extra]]
    found = [Requirement(line) for line in (*project["dependencies"], *optional)]
    return [requirement for requirement in found if not requirement.marker or requirement.marker.evaluate()]


def test_every_dependency_is_pinned_to_a_version_that_the_project_allows() -> None:
    pinned = pins()
    astray = [str(r) for r in wanted("dev", "datasette") if not r.specifier.contains(pinned.get(r.name.lower(), "0"))]
    assert astray == [], "renew requirements.txt with `make pins`"


def test_pins_hold_versions_and_nothing_of_the_machine_that_made_them() -> None:
    text = (ROOT / "requirements.txt").read_text()
    assert "setuptools" in pins()  # it builds the package without a look at the network
    assert not [word for word in ("--", "@", "file:", "://") if word in text]


@pytest.fixture
def old_python(tmp_path: Path) -> Path:
    """A Python that is too old for anything."""
    python = tmp_path / "python3"
    python.write_text('#!/bin/sh\ncase "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac\n')
    python.chmod(0o755)
    return python


def test_make_says_which_python_it_needs(old_python: Path, tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    made = subprocess.run(
        ["make", "run", f"PYTHON={old_python}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert made.returncode != 0
    assert "Listener needs Python 3.11 or newer; this is Python 3.9.2." in made.stderr
    assert "make run PYTHON=" in made.stderr
    assert not (tmp_path / ".venv").exists()


def test_make_alone_lists_its_targets() -> None:
    made = subprocess.run(["make", "-C", ROOT, "--no-print-directory"], capture_output=True, text=True, check=True)
    listed = [line.split()[1] for line in made.stdout.splitlines()]
    assert {"install", "run", "test", "lint", "bench", "crash", "clean"} <= set(listed)


def test_the_service_is_not_restarted_where_that_cannot_help() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    unit.read(ROOT / "deploy" / "listener.service")
    service = unit["Service"]
    assert service["RestartPreventExitStatus"].split() == ["2", "3"]  # wrong configuration; already running
    assert service["ExecStart"].endswith("/listener run")
    assert int(service["TimeoutStopSec"]) > 10  # a clean end may take that long
