"""The environment of the process: the only place that reads it."""

import os
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path

from listener.errors import MissingSecret


class Env(Mapping[str, str]):
    """Environment variables; `secret` is all that sources and channels see of them. Never shows a value."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def secret(self, name: str) -> str:
        """The value of NAME, or of the file that NAME_FILE names as it is now; raises `MissingSecret`."""
        value = self._variables.get(name, "").strip()
        if not value and (file := self._variables.get(f"{name}_FILE", "")):
            value = _read(name, Path(file))
        if not value:
            raise MissingSecret(name)
        return value

    def __getitem__(self, name: str) -> str:
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def __repr__(self) -> str:
        return "Env(***)"


def process_environment(variables: MutableMapping[str, str] | None = None) -> Env:
    """The variables of this process; beforehand every client is made to trust the same certificates.

    requests reads REQUESTS_CA_BUNDLE (or CURL_CA_BUNDLE), everything else SSL_CERT_FILE or SSL_CERT_DIR: where one
    alone is set, the other is set too.
    """
    variables = os.environ if variables is None else variables
    bundle = variables.get("REQUESTS_CA_BUNDLE") or variables.get("CURL_CA_BUNDLE")
    trusted = variables.get("SSL_CERT_FILE")
    if bundle and not (trusted or variables.get("SSL_CERT_DIR")):
        variables["SSL_CERT_DIR" if Path(bundle).is_dir() else "SSL_CERT_FILE"] = bundle
    elif trusted and not bundle:
        variables["REQUESTS_CA_BUNDLE"] = trusted
    return Env(variables)


def _read(name: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise MissingSecret(name, f"{name}_FILE is set, but {file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise MissingSecret(name, f"{name}_FILE is set, but {file} is not text") from error
