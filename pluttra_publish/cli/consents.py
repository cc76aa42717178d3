"""Commands about consents: the quick reference list, and a withdrawal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import click
from click.core import ParameterSource
from rich.cells import cell_len

from pluttra_publish import log
from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.clock import now_of
from pluttra_publish.consent_page import NO, YES, Section, consent_page, held, sections
from pluttra_publish.errors import Findings, PluttraError, UsageError
from pluttra_publish.platform import telling, write_atomically
from pluttra_publish.register import (
    Answer,
    Consents,
    DepartmentNotFound,
    Purpose,
    Register,
    find_child,
    find_department,
    holds_through,
    read_consents,
    read_register,
    reference_list,
    title_of,
    withdrawn,
    write_withdrawal,
)
from pluttra_publish.register.consents_file import FILE
from pluttra_publish.register.names import ChildNotFound
from pluttra_publish.settings import Settings, is_inside, read_settings
from pluttra_publish.withdrawing import Affected, affected, read_planned

_KINDS = {"photo": "bilden", "film": "filmen", "sound": "ljudet", "name": "namnet i raden Barn"}


@click.group(invoke_without_command=True, epilog="Exempel: pluttra consents --department Solrosen --page lista.html")
@click.option("--department", metavar="AVDELNING", help="Bara den avdelningen.")
@click.option(
    "--page", type=click.Path(path_type=Path, dir_okay=False), help="Skriv listan som en sida att skriva ut på A4."
)
@site_option
@json_option
@click.pass_context
def consents(context: click.Context, department: str | None, page: Path | None, site: Path, as_json: bool) -> None:
    """Visa vilka barn som får synas, höras och nämnas i dag. Utan skäl."""
    if context.invoked_subcommand is not None:
        return
    with report.answering(as_json):
        opened = _Opened.at(site)
        place = _department(opened.register, department)
        rows = reference_list(opened.register, opened.consents, department=place, on=opened.today)
        through = holds_through(opened.register, opened.consents, department=place, on=opened.today)
        parts = sections(opened.register, rows, place)
        asked = opened.consents.purposes.all
        if page is not None:
            _write_page(opened, page, parts, through)
        if as_json:
            report.say_json(
                {
                    "date": opened.today.isoformat(),
                    "through": through.isoformat() if through else None,
                    "purposes": [{"id": purpose, "title": title_of(purpose)} for purpose in asked],
                    "children": [
                        {"id": row.child, "name": row.name, "departments": list(row.departments), "may": dict(row.may)}
                        for row in rows
                    ],
                }
                | ({"page": str(page)} if page else {})
            )
            return
        report.say_findings(opened.warnings)
        if page is not None:
            report.say(f"Listan ligger i {page}. Skriv ut den på A4, och förvara den så att bara personalen ser den.")
            return
        _say_list(parts, asked, opened.today, through)


@consents.command(epilog='Exempel: pluttra consents withdraw "Alva Lindqvist" film')
@click.argument("child", metavar="BARN", help="Barnets namn eller id.")
@click.argument("purpose", metavar="ÄNDAMÅL", help="foto, film, ljud, namn, eller ett av era egna ändamål.")
@site_option
@json_option
@click.pass_context
def withdraw(context: click.Context, child: str, purpose: str, site: Path, as_json: bool) -> None:
    """Återkalla barnets samtycke, från i dag, och visa vad som försvinner vid nästa publicering.

    BARN är barnets hela namn eller id, ÄNDAMÅL foto, film, ljud, namn eller ett av förskolans egna ändamål. Svaren finns kvar, med dagen då de
    återkallades.
    """
    above = context.parent.params if context.parent else {}
    as_json = as_json or bool(above.get("as_json"))
    if context.get_parameter_source("site") is ParameterSource.DEFAULT:
        site = above.get("site", site)
    with report.answering(as_json):
        opened = _Opened.at(site)
        meant = _child(opened, child)
        asked = opened.consents.purposes.named(purpose)
        standing = opened.consents.standing(meant, asked, opened.today)
        log.append(opened.settings.state, "consents withdraw", now=opened.now, counts={"answers": len(standing)})
        write_withdrawal(opened.settings.register, standing, on=opened.today)
        after = replace(opened.consents, answers=withdrawn(opened.consents.answers, standing, opened.today))
        found, unread = _affected(opened, after)
        _say_withdrawn(opened, meant, asked, standing, found, unread, as_json)


@dataclass(frozen=True)
class _Opened:
    """A preschool's settings, register and consents, and what time it is there."""

    settings: Settings
    register: Register
    consents: Consents
    warnings: Findings
    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()

    @classmethod
    def at(cls, site: Path) -> _Opened:
        settings = read_settings(site)
        findings = Findings()
        register = read_register(settings.register, findings)
        read = read_consents(settings.register, register, settings.consents, findings)
        findings.stop()
        about = Findings(finding for finding in findings if finding.file.endswith(FILE))
        return cls(settings, register, read, about, now_of(settings))


def _department(register: Register, written: str | None) -> str | None:
    try:
        return find_department(register, written).id if written is not None else None
    except DepartmentNotFound as wrong:
        raise UsageError(str(wrong), hint=wrong.hint) from None


def _child(opened: _Opened, written: str) -> str:
    try:
        return find_child(opened.register, written, department=None, on=opened.today).id
    except ChildNotFound as wrong:
        raise UsageError(str(wrong), hint=wrong.hint) from None


def _write_page(opened: _Opened, page: Path, parts: tuple[Section, ...], through: date | None) -> None:
    settings = opened.settings
    if page.suffix.lower() not in {".html", ".htm"}:
        raise UsageError(f"{page.name} är ingen sida.", hint="Ge filen ett namn som slutar på .html.")
    public = settings.host.path
    if is_inside(page, settings.posts) or (public and is_inside(page, public)):
        message = "Listan får inte ligga bland inläggen eller i mappen som publiceras."
        raise UsageError(message, hint="Skriv den någon annanstans, till exempel på skrivbordet.")
    text = consent_page(settings.name, parts, opened.consents.purposes.all, on=opened.today, through=through)
    with telling(page):
        write_atomically(page, text.encode("utf-8"), private=True)


def _say_list(parts: tuple[Section, ...], purposes: tuple[Purpose, ...], today: date, through: date | None) -> None:
    widths = [max(cell_len(title_of(purpose)), len(NO)) + 2 for purpose in purposes]
    names = [row.name for _, rows in parts for row in rows]
    first = max([len("Barn"), *map(cell_len, names)]) + 3
    for title, rows in parts:
        click.secho(f"\n{title.upper()}", bold=True)
        heads = "".join(_padded(title_of(one), width) for one, width in zip(purposes, widths, strict=True))
        report.say(f"\n{_padded('Barn', first)}{heads}".rstrip())
        for row in rows:
            click.echo()
            click.secho(_padded(row.name, first), bold=True, nl=False)
            cells = [_padded(YES if row.may[one] else NO, width) for one, width in zip(purposes, widths, strict=True)]
            report.say("".join(cells).rstrip())
    report.say(f"\n{held(today, through)} Den som inte står med får inte synas alls.")


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _affected(opened: _Opened, after: Consents) -> tuple[tuple[Affected, ...], PluttraError | None]:
    """Return what the withdrawal takes away; or why the posts could not be read, since it counts all the same."""
    try:
        published = read_planned(opened.settings, opened.register, now=opened.now)
        return affected(published, opened.consents, after, today=opened.today), None
    except PluttraError as wrong:
        return (), wrong


def _say_withdrawn(
    opened: _Opened,
    child: str,
    purpose: Purpose,
    standing: tuple[Answer, ...],
    found: tuple[Affected, ...],
    unread: PluttraError | None,
    as_json: bool,
) -> None:
    if as_json:
        listed = [
            {"post": one.source, "file": one.file, "kind": one.kind, "gone": list(one.gone), "left": list(one.left)}
            for one in found
        ]
        answer = {"child": child, "purpose": purpose, "date": opened.today.isoformat(), "withdrawn": len(standing)}
        report.say_json(answer | {"affected": listed if unread is None else None})
        return
    name = opened.register.child[child].name
    if not standing:
        report.say(f"{name}: inget samtycke till {title_of(purpose).lower()} att återkalla. Det är redan nej.")
        return
    count = f"{len(standing)} svar" if len(standing) != 1 else "ett svar"
    report.say(f"Återkallat från {opened.today.isoformat()}: {name}, {title_of(purpose).lower()} ({count}).")
    if unread is not None:
        report.say(f"Vilka inlägg det rör gick inte att läsa: {unread} {unread.hint}".rstrip())
    elif found:
        report.say("\nFrån nästa publicering:")
        for one in found:
            what = f" ({one.file})" if one.file else ""
            left = f", finns kvar på {' och '.join(one.left)}" if one.left else ""
            report.say(f"  • {one.source}{what}: {_KINDS[one.kind]} tas bort från {' och '.join(one.gone)}{left}")
    else:
        report.say("Ingenting som är publicerat berörs.")
    if found or unread:
        report.say("\nKör pluttra publish nu. Vad någon redan har sparat går inte att ta tillbaka.")
