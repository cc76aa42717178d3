"""Where the site is put, as pluttra.toml says it under [host]. Knows the table's keys. Does not know hosts, and holds no secret.

Each kind of host has keys of its own; a key of another kind is an error, so that nobody believes that it counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from pluttra_publish.errors import Findings, RegisterError
from pluttra_publish.settings.bad_value import BadValueError

Kind = Literal["folder", "sftp", "s3"]


@dataclass(frozen=True)
class SftpSettings:
    """An account on an SFTP server. `path` is as the account sees it. Without `key` an agent or the account's usual keys are used.

    `host_key` is the fingerprint that the server's key must have; without it the server must stand in `known_hosts`.
    """

    address: str
    account: str
    path: str
    port: int = 22
    key: Path | None = None
    host_key: str = ""
    known_hosts: Path | None = None


@dataclass(frozen=True)
class S3Settings:
    """A bucket. `path_style` is https://endpoint/bucket/…, which most hosts want; else https://bucket.endpoint/…"""

    endpoint: str
    bucket: str
    region: str = "us-east-1"
    path_style: bool = True

    @property
    def url(self) -> str:
        """The bucket's own address, with a slash at its end."""
        if self.path_style:
            return f"{self.endpoint}/{self.bucket}/"
        scheme, _, where = self.endpoint.partition("://")
        return f"{scheme}://{self.bucket}.{where}/"


@dataclass(frozen=True)
class HostSettings:
    """Where the sealed site is put: a folder, an SFTP account or a bucket. `limit` is in Mbit/s, 0 is none."""

    kind: Kind
    path: Path | None = None
    sftp: SftpSettings | None = None
    s3: S3Settings | None = None
    limit: float = 0

    @property
    def folder(self) -> Path:
        """The folder of a host that is one.

        Raises:
            ValueError: it is another kind of host.
        """
        if self.path is None:
            raise ValueError(f"a host of kind {self.kind} is no folder on this computer")
        return self.path


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or any(ord(sign) < 32 for sign in value):
        raise BadValueError("Värdet ska vara text.", 'Skriv det inom citattecken: "…".')
    return value.strip()


def _matching(pattern: str, message: str, mend: str) -> Callable[[Any], str]:
    def accept(value: Any) -> str:
        if not re.fullmatch(pattern, _text(value)):
            raise BadValueError(message, mend)
        return _text(value)

    return accept


def _port(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 65535:
        raise BadValueError("Värdet är ingen port.", "Skriv ett heltal, till exempel 22.")
    return value


def _limit(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 100_000:
        raise BadValueError("Värdet är ingen hastighet.", "Skriv ett tal i Mbit/s, till exempel 10. 0 är utan gräns.")
    return float(value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValueError("Värdet ska vara true eller false.", "Skriv true eller false utan citattecken.")
    return value


def s3_endpoint(value: Any) -> str:
    text = _text(value).rstrip("/")
    example = 'Skriv till exempel "https://s3.leverantoren.se".'
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as wrong:
        raise BadValueError("Värdet är inte en adress.", example) from wrong
    if parts.scheme not in {"https", "http"} or not host or parts.path or parts.query or parts.fragment:
        raise BadValueError("Värdet är inte adressen till en S3-tjänst.", example)
    if parts.username is not None or parts.password is not None:
        raise BadValueError(
            "I adressen står en nyckel.", "Ta bort den, och byt den hos leverantören. Se docs/hosts.md."
        )
    if parts.scheme == "http" and host not in {"localhost", "127.0.0.1"}:
        raise BadValueError("Adressen måste börja med https://.", example)
    return text


_HOST_NAME = r"[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?|\[[0-9a-fA-F:]+\]"
_ADDRESS = _matching(_HOST_NAME, "Värdet är inte namnet på en dator.", 'Skriv till exempel "sftp.webbhotellet.se".')
_ACCOUNT = _matching(
    r"[^:/\s]+", "Värdet är inget kontonamn. Lösenord ska inte stå här.", 'Skriv bara namnet, till exempel "backen".'
)
_HOST_KEY = _matching(
    r"SHA256:[0-9A-Za-z+/]{43}=?",
    "Värdet är inget fingeravtryck.",
    'Skriv det som ssh-keygen -lf visar, "SHA256:" och 43 tecken.',
)
S3_BUCKET = _matching(
    r"[0-9a-zA-Z][0-9a-zA-Z._-]{1,61}[0-9a-zA-Z]", "Värdet är inte namnet på en bucket.", 'Skriv till exempel "backen".'
)
S3_REGION = _matching(r"[0-9a-zA-Z_-]+", "Värdet är ingen region.", 'Skriv till exempel "sto1", eller ta bort raden.')


@dataclass(frozen=True)
class _Key:
    accept: Callable[[Any], Any]
    default: Any = None
    needed: bool = False


_KEYS: dict[Kind, dict[str, _Key]] = {
    "folder": {"path": _Key(_text, "public")},
    "sftp": {
        "address": _Key(_ADDRESS, needed=True),
        "account": _Key(_ACCOUNT, needed=True),
        "path": _Key(_text, needed=True),
        "port": _Key(_port, 22),
        "key": _Key(_text),
        "host_key": _Key(_HOST_KEY, ""),
        "known_hosts": _Key(_text),
    },
    "s3": {
        "endpoint": _Key(s3_endpoint, needed=True),
        "bucket": _Key(S3_BUCKET, needed=True),
        "region": _Key(S3_REGION, "us-east-1"),
        "path_style": _Key(_yes_or_no, True),
    },
}
_COMMON = {"limit": _Key(_limit, 0.0)}
HOST_KEYS = frozenset({"kind", *_COMMON, *(key for keys in _KEYS.values() for key in keys)})
"""Every key that [host] may have, of one kind or another."""


def read_host(table: Mapping[str, Any], root: Path, file: str, findings: Findings) -> HostSettings | None:
    """Return what [host] of `file` in the folder `root` says; what is wrong is added to `findings`, and then it is None."""
    kind = table.get("kind", "folder")
    if kind not in _KEYS:
        known = " eller ".join(f'"{one}"' for one in _KEYS)
        findings.error(RegisterError, file, "host.kind", "Värdet är inte ett av de som finns.", f"Skriv {known}.")
        return None
    keys = _KEYS[cast("Kind", kind)] | _COMMON
    for key in table:
        if key in HOST_KEYS - keys.keys() - {"kind"}:
            message = f'Nyckeln host.{key} hör inte till en värd av slaget "{kind}".'
            findings.error(RegisterError, file, f"host.{key}", message, "Ta bort raden, eller ändra host.kind.")
    before = len(findings.errors)
    values = {key: _read(table, key, rule, file, findings) for key, rule in keys.items()}
    if len(findings.errors) > before:
        return None
    limit = values.pop("limit")
    match kind:
        case "sftp":
            for name in ("key", "known_hosts"):
                values[name] = _absolute(root, values[name]) if values[name] else None
            return HostSettings("sftp", sftp=SftpSettings(**values), limit=limit)
        case "s3":
            return HostSettings("s3", s3=S3Settings(**values), limit=limit)
        case _:
            return HostSettings("folder", _absolute(root, values["path"]), limit=limit)


def _read(table: Mapping[str, Any], key: str, rule: _Key, file: str, findings: Findings) -> Any:
    if key not in table:
        if rule.needed:
            mend = f'Skriv {key} = "…" under [host].'
            findings.error(RegisterError, file, f"host.{key}", f"Nyckeln host.{key} saknas.", mend)
        return rule.default
    try:
        return rule.accept(table[key])
    except BadValueError as bad:
        findings.error(RegisterError, file, f"host.{key}", bad.message, bad.mend)
        return None


def _absolute(root: Path, written: str) -> Path:
    return Path(os.path.normpath(root / Path(written).expanduser()))
