"""One bad file for each kind of mistake, `bad/<file>-<mistake>.toml`, and beside it exactly what a user reads."""

import shutil
from pathlib import Path

import pytest

from listener.config import load
from listener.errors import ConfigError
from tests.config.conftest import find

BAD = Path(__file__).parent / "bad"


@pytest.mark.parametrize("mistake", sorted(file.stem for file in BAD.glob("*.toml")))
def test_a_mistake_is_told_with_file_line_key_and_remedy(mistake: str, folder: Path) -> None:
    spoilt = mistake.partition("-")[0]
    shutil.copy(BAD / f"{mistake}.toml", folder / f"{spoilt}.toml")
    with pytest.raises(ConfigError) as refused:
        load(folder, {}, find)
    assert f"{refused.value}\n" == (BAD / f"{mistake}.txt").read_text(encoding="utf-8")


def test_every_expected_message_has_its_bad_file() -> None:
    assert {file.stem for file in BAD.glob("*.txt")} == {file.stem for file in BAD.glob("*.toml")}
