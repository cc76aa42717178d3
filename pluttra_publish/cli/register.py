"""Commands for the register: inspect, import, waiting, clear, missing. Shows names, since the principal asked."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.clock import now_of
from pluttra_publish.errors import Findings, UsageError
from pluttra_publish.register import clearing
from pluttra_publish.register.changes import AccessChange, Difference, RowChange
from pluttra_publish.register.importing.guess import Guess, guess_file, mapping_toml
from pluttra_publish.register.importing.mapping import MAPPING
from pluttra_publish.register.importing.plan import NotReadable, Planned, Wanted, WiderAccess, apply, plan_import
from pluttra_publish.register.missing import without_email
from pluttra_publish.register.read import read_register
from pluttra_publish.register.waiting import Family
from pluttra_publish.settings import read_settings

_WAITING = "Vilka som väntar på beslut om skyddade personuppgifter visas bara av: pluttra register waiting"


@click.group(epilog="Exempel: pluttra register import exporten --mapping register-mapping.toml")
def register() -> None:
    """Läs in registret från andra system, och se vad som ändras för vem."""


@register.command(epilog="Exempel: pluttra register inspect elever.csv föräldrar.csv")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FIL...",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV-filer ur ett annat system.",
)
@click.option(
    "--into", type=click.Path(path_type=Path, dir_okay=False), help=f"Mappningens fil. Annars {MAPPING} i --site."
)
@site_option
@json_option
def inspect(files: tuple[Path, ...], into: Path | None, site: Path, as_json: bool) -> None:
    """Gissa vad CSV-filer ur ett annat system är, och skriv en mappning att rätta. Skriver aldrig över."""
    with report.answering(as_json):
        into = into or site / MAPPING
        findings = Findings()
        guesses = tuple(guess for path in files if (guess := guess_file(path.name, _read(path), findings)))
        if findings.errors:
            raise NotReadable(findings)
        _write_new(into, mapping_toml(guesses))
        if as_json:
            report.say_json({"mapping": str(into), "files": [asdict(guess) for guess in guesses]})
            return
        for guess in guesses:
            _say_guess(guess)
        report.say(f"\nMappningen ligger i {into}. Läs igenom den, och kör sedan: pluttra register import FILER")


@register.command("import", epilog="Exempel: pluttra register import exporten --apply --allow-wider")
@click.argument(
    "source",
    nargs=-1,
    required=True,
    metavar="KÄLLA...",
    help="Mappar, CSV-filer, sparade SS 12000-svar, eller adressen till ett SS 12000-API.",
)
@click.option("--mapping", type=click.Path(path_type=Path, dir_okay=False), help="Mappning, gjord av inspect.")
@click.option(
    "--organisation", metavar="NAMN", default="", help="Vilken förskola, om källan har flera: namn, kod eller id."
)
@click.option("--all", "everything", is_flag=True, help="Läs hela API:et, inte bara det som ändrats sedan sist.")
@click.option("--apply", "do_apply", is_flag=True, help="Skriv ändringarna. Annars visas de bara.")
@click.option("--allow-wider", is_flag=True, help="Godkänn att någon får läsa mer, efter att ha läst listan.")
@click.option(
    "--assume-unmarked", is_flag=True, help="Saknad uppgift betyder att ingen är skyddad. Bara om det är kontrollerat."
)
@site_option
@json_option
def import_(
    source: tuple[str, ...],
    mapping: Path | None,
    organisation: str,
    everything: bool,
    do_apply: bool,
    allow_wider: bool,
    assume_unmarked: bool,
    site: Path,
    as_json: bool,
) -> None:
    """Läs in KÄLLA: en mapp eller filer med CSV, sparade SS 12000-svar (JSON), eller en https-adress till ett API.

    Visar alltid först vad som ändras, vem som får läsa mer och vem som får läsa mindre. Nyckeln till ett API tas ur
    miljövariabeln PLUTTRA_SS12000_TOKEN.
    """
    with report.answering(as_json):
        settings = read_settings(site)
        now = now_of(settings)
        wanted = Wanted(source, mapping, organisation, assume_unmarked, everything)
        planned = plan_import(settings, wanted, now=now)
        refused: WiderAccess | None = None
        if not as_json:
            _say_planned(planned)
        if do_apply:
            try:
                apply(settings, planned, allow_wider=allow_wider, now=now)
            except WiderAccess as wider:
                if not as_json:
                    raise
                refused = wider
        if as_json:
            _say_json(planned, applied=do_apply and refused is None, refused=refused)
        elif do_apply and not planned.difference:
            report.say("\nRegistret stämmer med källan.")  # also where all that changed is not to be told
        elif do_apply:
            report.say("\nRegistret är skrivet. De tidigare filerna ligger i register/tidigare. Kör pluttra publish.")
        else:
            report.say("\nIngenting är skrivet. Lägg till --apply för att skriva.")


@register.command(epilog="Exempel: pluttra register waiting")
@site_option
@json_option
def waiting(site: Path, as_json: bool) -> None:
    """Visa familjerna som står utanför tills rektor har beslutat. Visa inte skärmen för andra."""
    with report.answering(as_json):
        families = clearing.families_waiting(read_settings(site))
        if as_json:
            report.say_json({"families": [_family(family) for family in families]})
            return
        for family in families:
            _say_family(family)
        report.say("Släpp in en familj med: pluttra register clear ID" if families else "Ingen väntar på beslut.")


@register.command(epilog="Exempel: pluttra register clear barn-7f3a91 --yes")
@click.argument("name", metavar="NAMN", help="Barnets eller vårdnadshavarens namn eller id.")
@click.option("--yes", is_flag=True, help="Släpp in familjen. Annars visas den bara.")
@site_option
@json_option
def clear(name: str, yes: bool, site: Path, as_json: bool) -> None:
    """Släpp in en familj som står utanför: NAMN är id eller namn på någon i den. Beslutet loggas, utan namn."""
    with report.answering(as_json):
        settings = read_settings(site)
        now = now_of(settings)
        family, planned = clearing.plan_clearing(settings, name, now=now)
        if not as_json:
            _say_family(family)
            _say_access(planned.difference.gains, "Får läsa mer", "+")
        if yes:
            clearing.clear(settings, family, planned, now=now)
        if as_json:
            report.say_json({"cleared": yes, **_family(family)} | _access(planned.difference))
        else:
            report.say("Familjen är insläppt. Kör pluttra publish." if yes else "Kör igen med --yes för att släppa in.")


@register.command(epilog="Exempel: pluttra register missing")
@site_option
@json_option
def missing(site: Path, as_json: bool) -> None:
    """Visa vårdnadshavare som får läsa men saknar giltig e-post, för en inbjudan på papper."""
    with report.answering(as_json):
        settings = read_settings(site)
        # A row that is wrong is told by check; here it must not keep the others from being listed.
        people = read_register(settings.register, Findings())
        today = now_of(settings).date()
        found = without_email(people, today=today, grace_days=settings.grace_days)
        if as_json:
            report.say_json({"guardians": [asdict(row) for row in found]})
            return
        for row in found:
            report.say(f"{row.name} (id {row.id}) – {', '.join(row.children) or 'inget barn just nu'}")
        if not found:
            report.say("Alla som får läsa har en giltig e-postadress.")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise UsageError(f"{path.name} kan inte läsas.", hint="Kontrollera namnet.") from None


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path.name} finns redan och skrivs inte över.", hint="Ange en annan: --into FIL") from None


def _say_guess(guess: Guess) -> None:
    kind = f"{guess.table} ({guess.table_surety})" if guess.table else "okänd – välj i mappningen"
    report.say(f"{guess.file}: {kind}, {guess.rows} rader, {guess.encoding}")
    for column in guess.columns:
        meaning = f"{column.field} ({column.surety})" if column.field else "används inte"
        report.say(f"  {column.heading} → {meaning}")
    for lacking in guess.unanswered:
        report.say(f"  ! ingen kolumn för {lacking}")


_ROWS = {
    "added": ("Nya rader", "+"),
    "changed": ("Ändrade", "~"),
    "ended": ("Avslutade", "-"),
    "removed": ("Började aldrig", "-"),
}


def _say_planned(planned: Planned) -> None:
    report.say_findings(planned.findings)
    for kind, (title, sign) in _ROWS.items():
        rows = [row for row in planned.difference.rows if row.kind == kind]
        if rows:
            report.say(f"\n{title}:")
        for row in rows:
            cells = ", ".join(
                f"{heading} {before or 'tomt'} → {after or 'tomt'}" for heading, before, after in row.cells
            )
            report.say(f"  {sign} {row.file}: {row.title}{f' ({cells})' if cells else ''}")
    _say_access(planned.difference.losses, "Får läsa mindre", "-")
    _say_access(planned.difference.gains, "FÅR LÄSA MER (kräver --allow-wider)", "+")
    if planned.matched:
        report.say("\nKopplade ihop på namn, första gången – kontrollera:")
        for name in planned.matched:
            report.say(f"  = {name}")
    if planned.undecided:
        report.say("\nTas inte in av sig själva, någon får besluta:")
        for question in planned.undecided:
            report.say(f"  ? {question.adult} {question.what}")
    if not planned.difference:
        report.say("Ingen skillnad att visa.")
    report.say(f"\n{_WAITING}")


def _say_access(changes: tuple[AccessChange, ...], title: str, sign: str) -> None:
    if changes:
        report.say(f"\n{title}:")
    for change in changes:
        report.say(f"  {sign} {change.name}: {change.title}, {_months(change)}")


def _months(change: AccessChange) -> str:
    first, last = change.months[0], change.months[-1]
    if change.onward:
        return f"{first} och framåt"
    return first if first == last else f"{first} till {last}"


def _say_family(family: Family) -> None:
    why = {"marked": "markerad", "unknown": "okänt", "family": "står utanför med familjen"}
    kind = {"child": "barn", "guardian": "vårdnadshavare"}
    for person in family.people:
        word = f": {person.word}" if person.word else ""
        report.say(f"{person.name} (id {person.id}), {kind[person.kind]} – {why[person.why]}{word}")
    report.say()


def _family(family: Family) -> dict[str, Any]:
    return {"people": [asdict(person) for person in family.people]}


def _say_json(planned: Planned, *, applied: bool, refused: WiderAccess | None) -> None:
    undecided = [{"name": row.adult, "what": row.what} for row in planned.undecided]
    value: dict[str, Any] = {"applied": applied, "rows": [_row(row) for row in planned.difference.rows]}
    value |= _access(planned.difference) | {"undecided": undecided, "matched": list(planned.matched)}
    value |= report.told(planned.findings)
    if refused is not None:
        value |= {"error": str(refused), "hint": refused.hint, "exit_code": refused.exit_code}
    report.say_json(value)
    if refused is not None:
        sys.exit(refused.exit_code)


def _row(row: RowChange) -> dict[str, Any]:
    cells = [{"column": heading, "before": before, "after": after} for heading, before, after in row.cells]
    return {"kind": row.kind, "file": row.file, "ids": list(row.ids), "title": row.title, "cells": cells}


def _access(difference: Difference) -> dict[str, Any]:
    def told(change: AccessChange) -> dict[str, Any]:
        return {
            "reader": change.reader,
            "name": change.name,
            "audience": change.audience.key,
            "title": change.title,
            "months": list(change.months),
            "onward": change.onward,
        }

    return {"gains": [told(row) for row in difference.gains], "losses": [told(row) for row in difference.losses]}
