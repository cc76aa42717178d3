"""An import from source to files: read, merge, compare, and – if it is asked for – write. The only part with I/O.

Nothing is written before everything has been read, and the files that would be written have been read back without a
finding.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from pluttra_publish import log
from pluttra_publish.errors import CheckFailed, Findings, RegisterError, UsageError
from pluttra_publish.register.changes import Difference, difference
from pluttra_publish.register.importing import api
from pluttra_publish.register.importing.drafts import Draft, Undecided
from pluttra_publish.register.importing.entities import entities_in_files
from pluttra_publish.register.importing.identities import (
    Identities,
    Kind,
    read_identities,
    save_identities,
)
from pluttra_publish.register.importing.mapped_csv import draft_from_csv
from pluttra_publish.register.importing.mapping import MAPPING, own_mapping, read_mapping
from pluttra_publish.register.importing.merge import merge
from pluttra_publish.register.importing.ss12000 import draft_from_ss12000
from pluttra_publish.register.journal import current_file, recover, write_files
from pluttra_publish.register.read import FILES, read_files, read_register
from pluttra_publish.register.values import Child, Guardian, Register, StaffMember, fold
from pluttra_publish.register.write import Edited, edited_register, written_files
from pluttra_publish.settings import Settings


class NotReadable(CheckFailed, RegisterError):
    """A source, or the register that it would give, has errors. `findings` holds every one; nothing was changed."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(findings)
        self.args = (f"{len(findings.errors)} fel, ingenting har ändrats.",)


class WiderAccess(RegisterError):
    """Somebody would get more to read, and that was not allowed."""


@dataclass(frozen=True)
class Wanted:
    """What an import is told to do. `everything` reads an API anew even when only the changes could be asked for."""

    source: tuple[str, ...]
    mapping: Path | None = None
    unit: str = ""
    assume_unmarked: bool = False
    everything: bool = False


@dataclass(frozen=True)
class Planned:
    """What an import, or a clearing, would do. `files` are the register's files that change, whole."""

    before: Register
    after: Register
    difference: Difference
    findings: Findings
    files: Mapping[str, bytes]
    identities: Identities
    undecided: tuple[Undecided, ...] = ()
    matched: tuple[str, ...] = ()
    source: str = ""
    as_of: str = ""
    was: Mapping[str, bytes] | None = None
    log_ids: tuple[str, ...] = ()


def plan_import(
    settings: Settings, wanted: Wanted, *, now: datetime, wait: Callable[[float], None] | None = None
) -> Planned:
    """Read a source and say what it would do to the register.

    Raises:
        NotReadable: a row, field or file is broken, in the source or in the register.
        RegisterError, UsageError, HostError: the source cannot be used.
    """
    recover(settings.register)
    findings = Findings()
    before, raw = _register(settings, findings)
    identities = read_identities(settings.state)
    today = now.astimezone(settings.zone).date()
    draft = _draft(wanted, settings.root, identities, today, now, findings, wait)
    _stop(findings)
    merged = merge(before, draft, identities, today=today, assume_unmarked=wanted.assume_unmarked, findings=findings)
    _stop(findings)
    planned = _planned(settings, before, raw, merged.edits, merged.identities, findings, today)
    names = tuple(sorted(row.name for row in _people(planned.after.visible) if row.id in merged.matched))
    return replace(planned, undecided=merged.undecided, matched=names, source=draft.source, as_of=draft.as_of)


def plan_edit(
    settings: Settings, edit: Callable[[Register], Mapping[str, Edited]], identities: Identities, *, now: datetime
) -> Planned:
    """Say what a change of the register's own rows would do.

    Raises:
        NotReadable: the register has errors.
    """
    recover(settings.register)
    findings = Findings()
    before, raw = _register(settings, findings)
    today = now.astimezone(settings.zone).date()
    return _planned(settings, before, raw, edit(before), identities, findings, today)


def apply(
    settings: Settings, planned: Planned, *, allow_wider: bool, now: datetime, what: str = "register import"
) -> None:
    """Write what was planned: the earlier files to `tidigare/`, the new ones as one, and a line in the log.

    Raises:
        WiderAccess: somebody would get more to read, without `allow_wider`. Nothing has been written.
        RegisterError: the files cannot be written, or have changed since the plan was made.
    """
    if planned.difference.gains and not allow_wider:
        hint = "Gå igenom listan. Är den rätt: kör igen med --apply --allow-wider. Ingenting har ändrats."
        raise WiderAccess("Någon skulle få läsa mer än i dag.", hint=hint)
    if _raw(settings.register) != planned.was:
        raise RegisterError("Registret ändrades under tiden.", hint="Kör igen. Ingenting har ändrats.")
    identities = planned.identities
    ids = {ident for change in planned.difference.rows for ident in change.ids}
    if planned.files:
        counts = {"files": len(planned.files), "rows": len(planned.difference.rows)}
        log.append(settings.state, what, now=now, about=planned.log_ids or ids, counts=counts)
    # Ids before rows: an id that no row has yet is harmless, a row whose key is forgotten is not.
    save_identities(settings.state, identities)
    if planned.files:
        stamp = now.astimezone(settings.zone).strftime("%Y-%m-%dT%H%M%S.%f")
        write_files(settings.register, planned.files, keep=FILES, stamp=stamp)
    if planned.source:
        save_identities(settings.state, replace(identities, read=identities.read | {planned.source: planned.as_of}))


def _planned(
    settings: Settings,
    before: Register,
    raw: Mapping[str, bytes],
    edits: Mapping[str, Edited],
    identities: Identities,
    findings: Findings,
    today: date,
) -> Planned:
    files = written_files(raw, before, edits)
    read_back = Findings()
    after = read_files({**raw, **files}, read_back, place=settings.register.name)
    for wrong in read_back.errors:
        findings.error(RegisterError, wrong.file, wrong.place, f"Skulle bli: {wrong.message}", wrong.mend)
    _stop(findings)
    if after != edited_register(edits):
        raise RegisterError("Registret skulle inte läsas som det skrivs.", hint="Ingenting har ändrats.")
    found = difference(before, after, today=today, grace_days=settings.grace_days)
    return Planned(before, after, found, findings, files, identities, was=raw)


def _draft(
    wanted: Wanted,
    root: Path,
    identities: Identities,
    today: date,
    now: datetime,
    findings: Findings,
    wait: Callable[[float], None] | None,
) -> Draft:
    def is_known(kind: Kind, key: str) -> bool:
        return identities.known(kind, key) is not None

    if any(api.is_address(source) for source in wanted.source):
        if len(wanted.source) > 1:
            raise UsageError("En adress läses för sig.", hint="Ange bara adressen.")
        since = "" if wanted.everything else identities.read.get(wanted.source[0].rstrip("/"), "")
        entities = api.fetch(
            wanted.source[0], api.token_from_environment(), since=since, now=now, wait=wait or time.sleep
        )
        return draft_from_ss12000(entities, today=today, unit=wanted.unit, findings=findings, is_known=is_known)
    files, folder = _files(wanted.source)
    saved = {name: raw for name, raw in files.items() if name.casefold().endswith(".json")}
    tables = {name: raw for name, raw in files.items() if name not in saved}
    if saved and tables:
        raise UsageError("Källan har både CSV och JSON.", hint="Läs dem var för sig.")
    if saved:
        entities = entities_in_files(saved)
        return draft_from_ss12000(entities, today=today, unit=wanted.unit, findings=findings, is_known=is_known)
    mapping = own_mapping()
    beside = [path for path in (folder / MAPPING, root / MAPPING) if path.is_file()]
    own = all(fold(name) in FILES for name in tables)
    if wanted.mapping or (beside and not own):
        mapping = read_mapping(wanted.mapping or beside[0], findings)
        if wanted.unit:
            mapping = replace(mapping, unit=wanted.unit)
    elif not own:
        hint = "Gör en mappning: pluttra register inspect FIL. Rätta den, och kör igen."
        raise UsageError("Filerna har inte registrets egna namn och rubriker.", hint=hint)
    _stop(findings)
    return draft_from_csv(tables, mapping, today=today, findings=findings)


def _files(sources: tuple[str, ...]) -> tuple[dict[str, bytes], Path]:
    """Return the files of a source by name, and the folder they lie in."""
    found: dict[str, bytes] = {}
    folder = Path()
    for source in sources:
        path = Path(source)
        folder = path if path.is_dir() else path.parent
        inside = sorted(inner for inner in path.iterdir() if _is_source(inner)) if path.is_dir() else [path]
        for file in inside:
            name = unicodedata.normalize("NFC", file.name)
            try:
                found[name] = file.read_bytes()
            except OSError:
                raise UsageError(f"{name} kan inte läsas.", hint="Kontrollera namnet.") from None
    if not found:
        raise UsageError("Där finns inga CSV- eller JSON-filer.", hint="Ange en mapp, filer eller en https-adress.")
    return found, folder


def _is_source(path: Path) -> bool:
    return path.is_file() and path.suffix.casefold() in {".csv", ".txt", ".tsv", ".json"} and path.name[0] != "."


def _register(settings: Settings, findings: Findings) -> tuple[Register, dict[str, bytes]]:
    found = Findings()
    register = read_register(settings.register, found)
    for wrong in found.errors:
        findings.error(wrong.kind, wrong.file, wrong.place, wrong.message, wrong.mend)
    _stop(findings)
    return register, _raw(settings.register)


def _raw(folder: Path) -> dict[str, bytes]:
    return {name: current_file(folder, name).read_bytes() for name in FILES}


def _people(register: Register) -> tuple[Child | Guardian | StaffMember, ...]:
    return (*register.children, *register.guardians, *register.staff)


def _stop(findings: Findings) -> None:
    if findings.errors:
        raise NotReadable(findings)
