"""Commands for links: invite, links, links retire. Shows names and links, since somebody asked for them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import click
from click.core import ParameterSource

from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.delivering import Delivered, deliver, note_invited, on_paper
from pluttra_publish.errors import UsageError
from pluttra_publish.inviting import Door, Invited, LinkRow
from pluttra_publish.letters.outbox import How, Outbox
from pluttra_publish.platform import telling, write_atomically
from pluttra_publish.register import Reader, find_reader
from pluttra_publish.retiring import Retired
from pluttra_publish.retiring import retire as end_links
from pluttra_publish.settings import FILE, Settings, is_inside, read_settings


class _Duration(click.ParamType[timedelta]):
    """Days, or a number with h or d: 14, 14d, 12h."""

    name = "TID"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        match = re.fullmatch(r"(\d{1,4})\s*([dh]?)", str(value).strip())
        length = (
            timedelta(hours=int(match[1]))
            if match and match[2] == "h"
            else timedelta(days=int(match[1]) if match else 0)
        )
        if not timedelta(0) < length <= timedelta(days=90):
            self.fail(f"”{value}” är ingen tid mellan 1h och 90d, till exempel 14d eller 12h", param, ctx)
        return length


@click.command(
    epilog='Exempel: pluttra invite "Maria Lindqvist" --valid-for 7d\n\n\b\npluttra invite --department Solrosen --mail --paper brev.pdf\npluttra invite --all --new --mail\npluttra invite --renew --mail'
)
@click.argument("name", metavar="[NAMN]", required=False, help="Namn, id eller e-post, som i registret.")
@click.option("--department", metavar="AVDELNING", help="Vårdnadshavarna till barnen på den avdelningen.")
@click.option("--all", "everyone", is_flag=True, help="Alla som får läsa: vårdnadshavare och personal.")
@click.option("--new", "only_new", is_flag=True, help="Av dem, bara de som aldrig har bjudits in.")
@click.option("--renew", is_flag=True, help="Av dem, eller av alla, bara de vars länk har gått ut eller snart går ut.")
@click.option("--mail", "by_mail", is_flag=True, help="Skicka länken med e-post. Annars skrivs den ut här.")
@click.option(
    "--paper",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Skriv brev att dela ut, en A4-sida var med en ruta att fotografera, som PDF. Med --mail: bara till dem utan e-post.",
)
@click.option("--valid-for", type=_Duration(), help="Hur länge länken gäller: 14d, 12h. Annars enligt link_days.")
@site_option
@json_option
def invite(
    name: str | None,
    department: str | None,
    everyone: bool,
    only_new: bool,
    renew: bool,
    by_mail: bool,
    paper: Path | None,
    valid_for: timedelta | None,
    site: Path,
    as_json: bool,
) -> None:
    """Gör en länk för NAMN, en avdelning eller alla. Den som har länken läser som den personen."""
    with report.answering(as_json):
        if sum((name is not None, department is not None, everyone)) > 1:
            raise UsageError("Ange NAMN, --department eller --all, bara ett av dem.")
        if name is None and department is None and not everyone and not renew:
            raise UsageError("För vem?", hint="Ange NAMN, --department AVDELNING, --all eller --renew.")
        settings = read_settings(site)
        if by_mail and not settings.mail.is_on:
            raise UsageError("Ingen mejlserver är vald.", hint=f"Fyll i [mail] i {FILE}. Läs docs/mejl.md.")
        if settings.is_local:
            report.say_aside(f"Länken fungerar bara på den här datorn: url i {FILE} är {settings.url}.")
        if paper is not None:
            _check_place(paper, settings)
        door = Door.open(settings)
        wanted = _wanted(door, name, department, only_new, renew)
        life = valid_for or timedelta(days=settings.link_days)
        mailed = [reader for reader in wanted if by_mail and reader.email]
        others = [reader for reader in wanted if reader not in mailed]
        lacking = others if by_mail and paper is None else []
        made: dict[How, tuple[Invited, ...]] = {
            "printed": _made(door, others if not by_mail and paper is None else [], life, "printed"),
            "paper": _made(door, others if paper is not None else [], life, "paper"),
            "mail": _made(door, mailed, life, "mail"),
        }
        if paper is not None and made["paper"]:
            with telling(paper):
                write_atomically(paper, on_paper(door, made["paper"]), private=True)
        became = deliver(Door.open(settings)) if made["mail"] else Delivered()
        if as_json:
            rows = [_row(one, how, became) for how, ones in made.items() for one in ones]
            alone = name is not None and rows
            report.say_json(rows[0] if alone else {"invited": rows, "paper": [reader.name for reader in lacking]})
            return
        _say_printed(made["printed"])
        _say_mailed(made["mail"], became)
        if made["paper"]:
            report.say(
                f"{len(made['paper'])} brev i {paper}. Skriv ut och ta bort filen: den som har den läser som alla i den."
            )
        if lacking:
            report.say(f"Har ingen e-post och behöver ett pappersbrev (--paper): {', '.join(r.name for r in lacking)}.")
        if not wanted:
            report.say("Ingen att bjuda in.")


@click.group(
    invoke_without_command=True, epilog='Exempel: pluttra links --json\n\n\b\npluttra links retire "Maria Lindqvist"'
)
@site_option
@json_option
@click.pass_context
def links(context: click.Context, site: Path, as_json: bool) -> None:
    """Visa var allas inbjudan står: aldrig inbjuden, gäller, går snart ut, har gått ut, avslutad, väntar eller kom inte fram."""
    if context.invoked_subcommand is not None:
        return
    with report.answering(as_json):
        settings = read_settings(site)
        door = Door.open(settings)
        rows = door.rows(Outbox.load(settings.state))
        if as_json:
            report.say_json({"links": [_link_row(row) for row in rows]})
            return
        for row in rows:
            report.say(f"{row.reader.name}: {_told(row, settings)}")
        standings = [row.standing for row in rows]
        old = standings.count("expired") + standings.count("soon")
        if old:
            report.say(f"\n{old} har gått ut eller går snart ut: pluttra invite --renew --mail")
        if new := standings.count("never"):
            report.say(f"{new} har aldrig bjudits in: pluttra invite --all --new --mail")


@links.command(epilog='Exempel: pluttra links retire "Maria Lindqvist"')
@click.argument("name", metavar="NAMN", help="Namn, id eller e-post, som i registret.")
@site_option
@json_option
@click.pass_context
def retire(context: click.Context, name: str, site: Path, as_json: bool) -> None:
    """Avsluta alla länkar till NAMN som är ute. Enheter som redan läser gör det i fortsättningen också.

    För en länk som har kommit bort innan någon har öppnat den. Har någon annan kanske öppnat den behövs en ny nyckel: pluttra rekey.
    """
    above = context.parent.params if context.parent else {}
    as_json = as_json or bool(above.get("as_json"))
    if context.get_parameter_source("site") is ParameterSource.DEFAULT:
        site = above.get("site", site)
    with report.answering(as_json):
        door = Door.open(read_settings(site))
        done = end_links(door, find_reader(door.register, name), names=None)
        if as_json:
            report.say_json(done.summary())
            return
        _say_retired(done)


def _wanted(door: Door, name: str | None, department: str | None, only_new: bool, renew: bool) -> tuple[Reader, ...]:
    wanted = door.everyone()
    if name is not None:
        wanted = (door.one(name),)
    elif department is not None:
        wanted = door.of_department(department)
    if only_new or renew:
        rows = {row.reader.id: row.standing for row in door.rows(Outbox.load(door.settings.state))}
        kept = {"never"} if only_new else {"soon", "expired"}
        wanted = tuple(reader for reader in wanted if rows[reader.id] in kept)
    return wanted


def _check_place(paper: Path, settings: Settings) -> None:
    """Refuse a place for keys where they would be synced or published."""
    if any(is_inside(paper.absolute(), folder) for folder in (settings.posts, settings.host.path) if folder):
        hint = (
            "Breven innehåller nycklar. Skriv dem någonstans där bara du läser, och ta bort filen när den är utskriven."
        )
        raise UsageError("Den mappen synkas eller publiceras.", hint=hint)
    if not paper.absolute().parent.is_dir():
        raise UsageError(f"Mappen {paper.absolute().parent} finns inte.", hint="Ange en fil i en mapp som finns.")


def _made(door: Door, wanted: list[Reader], life: timedelta, how: How) -> tuple[Invited, ...]:
    if not wanted:
        return ()
    invited = door.invite(wanted, valid_for=life)
    note_invited(door, invited, how)
    return invited


def _row(one: Invited, how: How, became: Delivered) -> dict[str, object]:
    row: dict[str, object] = {"name": one.name, "role": one.role, "ends": one.ends, "how": how}
    if how == "printed":
        return row | {"url": one.url}
    return row | ({"mail": _became(one, became)} if how == "mail" else {})


def _became(one: Invited, became: Delivered) -> str:
    return became.outcomes.get(("invitation", one.reader.id), "later")


def _say_printed(printed: tuple[Invited, ...]) -> None:
    for one in printed:
        report.say(f"{one.name} – länken gäller till {one.ends_text}:\n\n{one.url}\n")
    if printed:
        only = "Skicka den bara till den personen." if len(printed) == 1 else "Ge var och en bara den egna länken."
        report.say(f"{only} Att öppna länken förbrukar den inte.")


def _say_mailed(mailed: tuple[Invited, ...], became: Delivered) -> None:
    for what, told in _MAILED.items():
        if names := [one.name for one in mailed if _became(one, became) == what]:
            report.say(f"{told}: {', '.join(names)}.")
    if became.trouble:
        report.say_aside(f"{became.trouble} {became.hint}".strip())
        report.say_aside("Det som väntar skickas av pluttra notify, eller vid nästa publicering.")


def _say_retired(done: Retired) -> None:
    name = done.reader.name
    if not done.ended:
        report.say(f"{name} har inga länkar som är ute.")
        return
    told = "Länken som var ute" if done.ended == 1 else f"De {done.ended} länkar som var ute"
    report.say(f"{told} till {name} öppnar ingenting längre. Filerna är borta från värden.")
    report.say("Enheter som redan läser fortsätter att göra det.")
    report.say("\nDet går inte att ta tillbaka:")
    report.say(f'  • Den som redan har öppnat en länk har nyckeln. Är det kanske någon annan: pluttra rekey "{name}"')
    report.say("  • Den som har länken och har sparat filen från värden kan öppna den. Också då hjälper rekey.")
    report.say(f'\nEn ny länk: pluttra invite "{name}"')


def _link_row(row: LinkRow) -> dict[str, object]:
    return {
        "name": row.reader.name,
        "role": row.reader.role,
        "standing": row.standing,
        "invited": row.invited,
        "ends": row.ends,
        "how": row.how,
        "opened": row.opened,
        "opened_at": row.opened_at,
        "retired": row.retired,
        "refused": row.code or None,
        "paper": not row.reader.email,
    }


_MAILED = {"sent": "Mejlad till", "refused": "Adressen godtogs inte", "later": "Väntar på att mejlas till"}
_HOW = {"mail": "med e-post", "paper": "med pappersbrev", "printed": "utskriven", "": ""}


def _told(row: LinkRow, settings: Settings) -> str:
    def day(when: int | None) -> str:
        return f"{datetime.fromtimestamp(when or 0, settings.zone):%Y-%m-%d}"

    told = {
        "never": "aldrig inbjuden",
        "waiting": "väntar på att mejlas",
        "refused": f"mejlet kom inte fram ({row.code}), kontrollera adressen",
        "valid": f"gäller till {day(row.ends)}",
        "soon": f"går snart ut, {day(row.ends)}",
        "expired": f"har gått ut, {day(row.ends)}",
        "retired": f"avslutad {day(row.retired)}",
    }[row.standing]
    if row.standing != "never":
        opened = {True: f"öppnad {day(row.opened_at)}", False: "öppnad: inte vad vi vet", None: "öppnad: okänt"}
        told += f" – inbjuden {day(row.invited)} {_HOW[row.how]}, {opened[row.opened]}"
    if row.standing == "never" and row.code:
        told += f" – mejl kom inte fram ({row.code})"
    return told + ("" if row.reader.email else " – ingen e-post: pappersbrev")
