"""The commented files that a new folder of configuration starts with."""

from pathlib import Path

from listener.config.folder import FILES
from listener.errors import ConfigError

TEMPLATES = Path(__file__).parent / "templates"


def init(folder: Path) -> list[Path]:
    """Write those of `FILES` that are not there yet; answers the files written, the others are kept as they are.

    Raises `ConfigError` where the folder cannot be written to.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            if _write_new(folder / name, (TEMPLATES / name).read_bytes()):
                written.append(folder / name)
    except OSError as error:
        raise ConfigError([f"{folder}: cannot be written: {error.strerror}; choose another folder"]) from error
    return written


def _write_new(path: Path, content: bytes) -> bool:
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True
