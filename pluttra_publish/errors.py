"""Every error a person can meet, and findings: what a check collects. Knows nothing else.

PluttraError            1  a bug, or something nobody foresaw
├── UsageError          2  whoever typed the command
├── ContentError        3  pedagogue: file and line or photo
│   └── IdentityError   3  pedagogue: nobody can tell which child or department is meant
├── ConsentError        4  pedagogue or principal: a child may not be shown there
├── RegisterError       5  principal: register or settings
├── KeystoreError       6  principal: keys, recovery key, state folder
├── FormatError         7  sealed bytes that may not be used; carries a layer of docs/format.md §15. 8 where that is `host`
├── HostError           8  try again: the host, or the way to it
└── LeakError           9  nothing was published: something would have left that must not
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal


class PluttraError(Exception):
    """Something went wrong that a person can be told about. `hint` says how to mend it."""

    exit_code: int = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(PluttraError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class ContentError(PluttraError):
    """A post, photo, film or sound must be mended before anything is sealed."""

    exit_code = 3


class IdentityError(ContentError):
    """Nobody can tell which child or department is meant, so nobody can tell who may read."""


class ConsentError(PluttraError):
    """Somebody would be shown who may not be."""

    exit_code = 4


class RegisterError(PluttraError):
    """The register or the settings must be mended."""

    exit_code = 5


class KeystoreError(PluttraError):
    """The keystore is missing, locked, damaged or older than the site."""

    exit_code = 6


class KeystoreChanged(KeystoreError):
    """Another run has saved the keystore since this one read it; read again, the same may succeed."""


class FormatError(PluttraError):
    """Sealed bytes were refused. `layer` is one of docs/format.md §15, `word` what a reader reports."""

    exit_code = 7

    def __init__(self, layer: Layer, message: str = "", *, hint: str = "") -> None:
        super().__init__(message or f"{WORDS[layer]} ({layer})", hint=hint)
        self.layer: Layer = layer
        if layer == "host":
            self.exit_code = HostError.exit_code
        self.word = WORDS[layer]


class HostError(PluttraError):
    """The host did not do what was asked of it. `transient` where the same may well succeed in a moment."""

    exit_code = 8

    def __init__(self, message: str, *, hint: str = "", transient: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.transient = transient


class LeakError(PluttraError):
    """Something would have left the house in clear, so nothing did."""

    exit_code = 9


Layer = Literal[
    "link", "missing", "ends", "ended", "host", "digest", "object", "padding", "encoding", "version",
    "signature", "binding", "sequence", "generation",
]  # fmt: skip

WORDS: dict[Layer, str] = {
    "link": "wrong-link",
    "missing": "expired-link",
    "ends": "expired-link",
    "ended": "access-ended",
    "host": "unreachable",
    "digest": "tampered",
    "object": "tampered",
    "padding": "tampered",
    "encoding": "tampered",
    "version": "newer-format",
    "signature": "tampered",
    "binding": "tampered",
    "sequence": "rolled-back",
    "generation": "rolled-back",
}


@dataclass(frozen=True, order=True)
class Finding:
    """One thing a check found: where it is, what it is, and its mend, in the site's language.

    `file` is relative to the site folder with `/`; `place` is a line number, a field or a photo, or empty.
    """

    file: str
    place: str
    message: str
    mend: str
    kind: type[PluttraError]
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        where = f"{self.file}: {self.place}" if self.place else self.file
        return f"{where}: {self.message} {self.mend}".rstrip()


class Findings:
    """Collects every finding of a check, so that all are reported together."""

    def __init__(self, found: Iterable[Finding] = ()) -> None:
        self._found: dict[Finding, None] = dict.fromkeys(found)  # each once, however many there are

    def error(self, kind: type[PluttraError], file: str, place: str, message: str, mend: str) -> None:
        self._add(Finding(file, place, message, mend, kind, "error"))

    def warning(self, file: str, place: str, message: str, mend: str) -> None:
        self._add(Finding(file, place, message, mend, ContentError, "warning"))

    def add(self, others: Findings) -> None:
        """Take in what others found."""
        for finding in others:
            self._add(finding)

    def _add(self, finding: Finding) -> None:
        self._found[finding] = None

    def __iter__(self) -> Iterator[Finding]:
        return iter(sorted(self._found, key=lambda f: (f.file, f.place, f.message)))

    def __len__(self) -> int:
        return len(self._found)

    @property
    def errors(self) -> list[Finding]:
        return [f for f in self if f.severity == "error"]

    @property
    def warnings(self) -> list[Finding]:
        return [f for f in self if f.severity == "warning"]

    def stop(self) -> None:
        """Raise `CheckFailed` if there is any error.

        Raises:
            CheckFailed: carries all findings; its exit code is that of the gravest kind (leak, register, consent, content).
        """
        if self.errors:
            raise CheckFailed(self)


class CheckFailed(PluttraError):
    """A check found errors; nothing was sealed."""

    def __init__(self, findings: Findings) -> None:
        errors = findings.errors
        super().__init__(f"{len(errors)} fel, ingenting har publicerats.", hint="Rätta felen ovan och kör igen.")
        self.findings = findings
        gravest = [LeakError, RegisterError, ConsentError, KeystoreError, ContentError]
        kinds = {f.kind for f in errors}
        self.code = next((kind.exit_code for kind in gravest if kind in kinds), ContentError.exit_code)
