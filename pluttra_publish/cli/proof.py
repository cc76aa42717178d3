"""Commands for whoever answers for it: who-can-see, what-sees. Shows names, since the principal asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from pluttra_publish import proof
from pluttra_publish.answers import AccessDiffers, Seal, Seen, WhatSees, Who, WhoSees
from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.settings import read_settings

_ROLES = {
    "guardian": "vårdnadshavare", "pedagogue": "pedagog", "principal": "rektor", "public": "offentligt", "unknown": "okänd",
}  # fmt: skip
_WAITS = {
    "draft": "Det är ett utkast", "future": "Dess dag har inte kommit", "waiting": "Det väntar på rektor, eller är returnerat",
}  # fmt: skip
_KINDS = {"talk": "samtal", "goal": "mål i läroplanen", "consents": "vem får synas"}
_sealed_option = click.option(
    "--sealed",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Mapp med en förseglad webbplats att öppna. Annars den på värden.",
)


@click.command("who-can-see", epilog='Exempel: pluttra who-can-see "inlagg/Solrosen/2026-03-12 Vi byggde koja"')
@click.argument(
    "path",
    metavar="VAD",
    help="Ett inläggs eller samtals mapp eller fil, en bild, film eller ett ljud i det, eller rubriken på en sida för personalen.",
    type=click.Path(path_type=Path),
)
@_sealed_option
@site_option
@json_option
def who_can_see(path: Path, sealed: Path | None, site: Path, as_json: bool) -> None:
    """Visa vem som får läsa VAD: ett inlägg eller samtal (mapp, fil eller en bild), eller en sida för personalen (dess rubrik).

    Svaret bevisas genom att webbplatsen öppnas som alla.

    Öppnas det för någon annan, eller inte för den som borde, stannar det med utgångskod 9 och säger vem.
    """
    with report.answering(as_json), report.progress(as_json) as step:
        try:
            answer = proof.who_can_see(read_settings(site), path, sealed=sealed, step=step)
        except AccessDiffers as differs:
            _differ(differs, as_json)
            raise
        if as_json:
            report.say_json(_who_json(answer))
        else:
            _say_who(answer)


@click.command("what-sees", epilog='Exempel: pluttra what-sees "Maria Lindqvist"')
@click.argument("name", metavar="NAMN", help="Namn, id eller e-post, som i registret.")
@_sealed_option
@site_option
@json_option
def what_sees(name: str, sealed: Path | None, site: Path, as_json: bool) -> None:
    """Visa allt som NAMN (namn, id eller e-post) får läsa, och bevisa det genom att öppna webbplatsen som den personen.

    Öppnas mer eller mindre än så stannar det med utgångskod 9 och säger vad.
    """
    with report.answering(as_json), report.progress(as_json) as step:
        try:
            answer = proof.what_sees(read_settings(site), name, sealed=sealed, step=step)
        except AccessDiffers as differs:
            _differ(differs, as_json)
            raise
        if as_json:
            report.say_json(_what_json(answer))
        else:
            _say_what(answer)


def _differ(differs: AccessDiffers, as_json: bool) -> None:
    """Answer a script with all that was found, and which way it differs."""
    if not as_json:
        return
    answer = differs.answer
    found = _who_json(answer) if isinstance(answer, WhoSees) else _what_json(answer)
    told = {"error": str(differs), "hint": differs.hint, "exit_code": differs.exit_code}
    report.say_json(told | found | report.told(differs.findings))
    sys.exit(differs.exit_code)


def _say_who(answer: WhoSees) -> None:
    what = f"{answer.source}/{answer.medium}" if answer.medium else answer.source
    report.say(f"{answer.title}\n" if what == answer.title else f"{answer.title} – {what}\n")
    if answer.status in _WAITS:
        report.say(f"{_WAITS[answer.status]}: ingen läser det ännu. De här skulle få läsa det:")
    elif answer.status == "public":
        lies = all(row.opens for row in answer.readers)
        report.say("Offentlig sida: vem som helst läser den." if lies else "Offentlig sida, inte publicerad ännu.")
        return
    else:
        report.say(f"{_people(len(answer.readers))} får läsa det:")
    for row in answer.readers:
        waits = "" if row.opens or answer.status in _WAITS else " – har inte nått fram, publicera igen"
        report.say(f"  {row.who.name}, {_ROLES[row.who.role]} ({', '.join(row.through)}){waits}")
    _say_seal(answer.seal, [row.opens for row in answer.readers], waits=answer.status in _WAITS)


def _say_what(answer: WhatSees) -> None:
    report.say(f"{answer.who.name}, {_ROLES[answer.who.role]}, får läsa {len(answer.posts)} inlägg:\n")
    for title, months in answer.months.items():
        report.say(f"  {title}: {_months(months)}")
    report.say()
    for row in answer.posts:
        waits = "" if row.opens else " – har inte nått fram, publicera igen"
        report.say(f"  {row.date:%Y-%m-%d} {row.title} ({', '.join(row.through)}){waits}")
    if answer.pages:
        report.say(f"\nOch {_pages(len(answer.pages))}:\n")
    for row in answer.pages:
        waits = "" if row.opens else " – har inte nått fram, publicera igen"
        day = f"{row.date:%Y-%m-%d} " if row.date else ""
        report.say(f"  {day}{row.title}, {_KINDS[row.kind]} ({', '.join(row.through)}){waits}")
    _say_seal(answer.seal, [row.opens for row in (*answer.posts, *answer.pages)], waits=False)


def _say_seal(seal: Seal, opens: list[bool], *, waits: bool) -> None:
    if seal.sealed is None:
        report.say("\nIngenting är publicerat ännu. Så här säger reglerna.")
    elif waits:
        report.say("\nBevisat: det öppnas för ingen.")
    elif all(opens):
        report.say("\nBevisat: det som öppnas på den förseglade webbplatsen är detta, varken mer eller mindre.")
    else:
        report.say("\nInget annat öppnas. Allt är inte publicerat ännu: kör pluttra publish.")


def _pages(number: int) -> str:
    return "en sida som inte är ett inlägg" if number == 1 else f"{number} sidor som inte är inlägg"


def _people(number: int) -> str:
    return "En person" if number == 1 else f"{number} personer"


def _months(months: tuple[str, ...]) -> str:
    return months[0] if len(months) == 1 else f"{months[0]} till {months[-1]} ({len(months)} månader)"


def _who_json(answer: WhoSees) -> dict[str, Any]:
    rows = [_person(row.who) | {"through": list(row.through), "opens": row.opens} for row in answer.readers]
    return {
        "kind": answer.kind,
        "path": answer.source,
        "medium": answer.medium,
        "title": answer.title,
        "date": answer.date.isoformat() if answer.date else None,
        "status": answer.status,
        "readers": rows,
    } | _common(answer)


def _what_json(answer: WhatSees) -> dict[str, Any]:
    months = {title: list(months) for title, months in answer.months.items()}
    seen = {"posts": [_seen(row) for row in answer.posts], "pages": [_seen(row) for row in answer.pages]}
    return {"reader": _person(answer.who), "months": months} | seen | _common(answer)


def _seen(row: Seen) -> dict[str, Any]:
    day = row.date.isoformat() if row.date else None
    return {"kind": row.kind, "path": row.source, "title": row.title, "date": day, "through": list(row.through), "opens": row.opens}  # fmt: skip


def _common(answer: WhoSees | WhatSees) -> dict[str, Any]:
    seal = answer.seal
    ways = {"too_many": "too-many", "too_few": "too-few"}
    differ = {
        name: [{"path": one.what} | _person(one.who) for one in answer.differences if one.way == way]
        for name, way in ways.items()
    }
    return {"sequence": seal.sequence, "sealed": seal.sealed.isoformat() if seal.sealed else None} | differ


def _person(who: Who) -> dict[str, Any]:
    return {"id": who.id, "name": who.name, "role": who.role}
