"""Commands for keys: revoke, rekey, rotate, heartbeat. Shows names and links, since somebody asked for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import click

from pluttra_publish import publish as pipeline
from pluttra_publish.cli import report
from pluttra_publish.cli.mailing import say_delivered
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.delivering import deliver, note_invited
from pluttra_publish.errors import HostError, PluttraError, UsageError
from pluttra_publish.inbox import empty_all
from pluttra_publish.inviting import Door
from pluttra_publish.platform import identity_path
from pluttra_publish.revoking import Revoked, let_in, rotate_everything
from pluttra_publish.revoking import rekey as give_another_key
from pluttra_publish.revoking import revoke as shut_out
from pluttra_publish.revoking import rotate as break_epochs
from pluttra_publish.rewrapping import rewrap
from pluttra_publish.settings import FILE, Settings, read_settings

_KEPT_BY_THEM = "Det som redan är hämtat, sparat eller fotograferat finns kvar hos den som har det."
_KEPT_BY_HOST = "En värd som har sparat gamla filer kan ha dem kvar, men ingen av dem öppnas med de nya nycklarna."


@click.command(
    epilog='Exempel: pluttra revoke "Johan Ek"\n\n\b\npluttra revoke "Johan Ek" --move\npluttra revoke --undo "Johan Ek"'
)
@click.argument("name", metavar="NAMN", help="Namn, id eller e-post, som i registret.")
@click.option(
    "--move", is_flag=True, help="Ge dessutom allt som NAMN kunde läsa nya filnamn hos värden. Tar längre tid."
)
@click.option("--undo", is_flag=True, help="Släpp in NAMN igen. Registret avgör vad som får läsas.")
@site_option
@json_option
def revoke(name: str, move: bool, undo: bool, site: Path, as_json: bool) -> None:
    """Stäng av NAMN nu, vad registret än säger. Inga inlägg läses, så det tar någon sekund."""
    with report.answering(as_json):
        if move and undo:
            raise UsageError("Ange --move eller --undo, inte båda.")
        settings = read_settings(site)
        if undo:
            back = let_in(settings, name)
            if as_json:
                report.say_json(back.summary())
                return
            report.say(f"{back.reader.name} är inte längre avstängd: registret avgör.")
            report.say(f'Gamla länkar är borttagna. En ny: pluttra invite "{back.reader.name}"')
            return
        done = shut_out(settings, name, move=move)
        moved, trouble = (0, None) if not move else _moved(settings, as_json)
        if as_json:
            failed = {"trouble": str(trouble)} if trouble else {}
            report.say_json(done.summary() | ({"moved": moved} if move else {}) | failed)
        else:
            _say_revoked(done, move and trouble is None, moved)
        if trouble is not None:
            if not as_json:
                report.say("De nya filnamnen blev inte klara. De kommer vid nästa publicering som går igenom.")
            raise trouble


def _moved(settings: Settings, as_json: bool) -> tuple[int, PluttraError | None]:
    """Publish all under new names; return how many files were put, or what was in the way."""
    try:
        with report.progress(as_json) as step:
            return pipeline.publish(settings, whole=True, step=step).put, None
    except PluttraError as trouble:
        return 0, trouble


def _say_revoked(done: Revoked, moved: bool, files: int) -> None:
    name = done.reader.name
    if not done.done.is_out:
        report.say(f"{name} är avstängd. Ingenting är publicerat ännu; det gäller från första publiceringen.")
    elif not done.done.broken:
        report.say(f"{name} är avstängd, och hade ingenting att läsa.")
    else:
        report.say(f"{name} är avstängd från {_listed(done.read)}.")
        report.say(_figures(done))
    if moved:
        report.say(
            f"Allt som {name} kunde läsa har dessutom nya filnamn: {files} filer lades ut. De gamla är borttagna."
        )
    report.say("\nDet går inte att ta tillbaka:")
    report.say(f"  • {_KEPT_BY_THEM}")
    if not moved:
        report.say(
            "  • Den som har antecknat filnamn och nycklar kan hämta samma filer igen tills de byter namn. --move byter dem."
        )
    report.say(f"  • {_KEPT_BY_HOST}")
    report.say(f'\nÄndra i registret också, om det inte redan är gjort. Ångra: pluttra revoke --undo "{name}"')


@click.command(epilog='Exempel: pluttra rekey "Maria Lindqvist"')
@click.argument("name", metavar="NAMN", help="Namn, id eller e-post, som i registret.")
@click.option("--mail", "by_mail", is_flag=True, help="Skicka den nya länken med e-post. Annars skrivs den ut här.")
@site_option
@json_option
def rekey(name: str, by_mail: bool, site: Path, as_json: bool) -> None:
    """Ge NAMN en ny nyckel efter en borttappad telefon eller en länk på villovägar. Allt som är ute slutar öppna."""
    with report.answering(as_json):
        settings = read_settings(site)
        if by_mail and not settings.mail.is_on:
            raise UsageError("Ingen mejlserver är vald.", hint=f"Fyll i [mail] i {FILE}. Läs docs/mejl.md.")
        done = give_another_key(settings, name)
        door = Door.open(settings)
        how = "mail" if by_mail and done.reader.email else "printed"
        made = door.invite([done.reader], valid_for=timedelta(days=settings.link_days))
        note_invited(door, made, "mail" if how == "mail" else "printed")
        became = deliver(Door.open(settings)) if how == "mail" else None
        if as_json:
            link = {"ends": made[0].ends, "how": how} | ({} if how == "mail" else {"url": made[0].url})
            report.say_json(done.summary() | link | ({"mail": became.summary()} if became else {}))
            return
        report.say(
            f"{done.reader.name} har en ny nyckel. Den gamla, på alla enheter och i alla länkar, öppnar ingenting längre."
        )
        report.say(_figures(done))
        if became:
            say_delivered(became)
        else:
            report.say(f"\nNy länk, gäller till {made[0].ends_text}:\n\n{made[0].url}\n")
            report.say("Ge den bara till den personen. Andra enheter som ska läsa behöver den också.")
        report.say(f"\nDet går inte att ta tillbaka:\n  • {_KEPT_BY_THEM}\n  • {_KEPT_BY_HOST}")


@click.command(epilog='Exempel: pluttra rotate "Petra Lund"\n\n\b\npluttra rotate --principal')
@click.argument("name", metavar="[NAMN]", required=False, help="Den som slutar, eller vars enhet det gäller.")
@click.option(
    "--principal",
    is_flag=True,
    help="Byt allt: den som haft nyckelfilen, datorn eller återställningsnyckeln kan ha allt. Alla måste bjudas in på nytt.",
)
@click.option("--yes", is_flag=True, help="Fråga inte. Gäller --principal.")
@site_option
@json_option
def rotate(name: str | None, principal: bool, yes: bool, site: Path, as_json: bool) -> None:
    """Byt nycklar efter en skräll, eller när personal slutar. Säger vad mer som måste bytas."""
    with report.answering(as_json):
        settings = read_settings(site)
        if (name is None) != principal:
            raise UsageError("Ange NAMN eller --principal.", hint='Till exempel: pluttra rotate "Petra Lund"')
        if name is not None:
            _rotate_one(settings, name, as_json)
            return
        if not yes:
            if as_json:
                raise UsageError("Med --json behövs --yes.")
            report.say("Alla nycklar byts, allt förseglas på nytt, och alla måste bjudas in på nytt.")
            click.confirm("Byta?", abort=True, err=True)
        _rotate_all(settings, as_json)


def _rotate_one(settings: Settings, name: str, as_json: bool) -> None:
    done = break_epochs(settings, name)
    if as_json:
        report.say_json(done.summary())
        return
    who = done.reader
    report.say(f"Nya nycklar för allt som {who.name} kan eller har kunnat läsa: {_listed(done.read)}.")
    report.say(_figures(done))
    report.say("\nKvar att göra:")
    report.say(
        f'  • Ska {who.name} inte läsa längre: skriv slutdagen i registret, eller pluttra revoke "{who.name}" nu.'
    )
    report.say(f'  • Är det en enhet eller en länk som är på villovägar: pluttra rekey "{who.name}".')
    report.say(
        "  • Byt lösenord till det som delas: den synkade mappen, värdens konto, mejlkontot (pluttra mail password)."
    )
    if who.role == "principal":
        report.say(
            "  • En rektor kan ha haft nyckelfilen, datorns identitet eller återställningsnyckeln. De öppnar allt, och byts med: pluttra rotate --principal"
        )
    report.say(f"\nDet går inte att ta tillbaka:\n  • {_KEPT_BY_THEM}\n  • {_KEPT_BY_HOST}")


def _rotate_all(settings: Settings, as_json: bool) -> None:
    recovery = rotate_everything(settings)
    if not as_json:
        report.say(
            f"Ny återställningsnyckel, visas bara nu:\n\n    {recovery}\n\nSkriv ut den, lås in den, och förstör den gamla.\n"
        )
    with report.progress(as_json) as step:
        published = pipeline.publish(settings, whole=True, step=step)
    everyone = [reader.name for reader in Door.open(settings).everyone()]
    if as_json:
        report.say_json({"recovery": recovery, "published": published.summary(), "invite": everyone})
        return
    report.say(
        f"Bytt: signeringsnyckeln, webbplatsens nyckel, allas nycklar, och den här datorns identitet ({identity_path()})."
    )
    report.say(f"Allt är förseglat på nytt: {published.put} filer lades ut, {published.deleted} togs bort.")
    report.say(f"\nAlla måste bjudas in på nytt, {len(everyone)} personer: pluttra invite --all --mail")
    report.say(f"  {', '.join(everyone)}")
    report.say("\nKvar att göra:")
    report.say(
        "  • Gamla säkerhetskopior av nyckelfilen öppnas av den gamla identiteten och den gamla återställningsnyckeln. Förstör dem."
    )
    report.say("  • Byt värdens inloggning och mejlkontots lösenord: de kan ha legat på samma dator.")
    report.say(f"\nDet går inte att ta tillbaka:\n  • {_KEPT_BY_THEM}")
    report.say("  • Den som har haft nyckelfilen, och har sparat värdens filer, kan läsa allt som låg där.")


@click.command(epilog="Exempel: pluttra heartbeat --site minforskola")
@site_option
@json_option
def heartbeat(site: Path, as_json: bool) -> None:
    """För ett nattligt jobb: förnya webbplatsens tid, avsluta det som har gått ut, skicka det som väntar, töm brevlådan. Inga inlägg läses.

    Slutdagar i registret börjar gälla, länkar som har gått ut tas bort, och läsaren varnar inte för att inget har hänt på länge.
    """
    with report.answering(as_json):
        settings = read_settings(site)
        emptied = empty_all(settings) if settings.drop.is_on else None  # first: what it asks may be about who reads
        done, _, _ = rewrap(settings, "heartbeat")
        if not done.is_out:
            raise UsageError("Ingenting är publicerat ännu.", hint="Kör pluttra publish först.")
        became = deliver(Door.open(settings)) if settings.tells else None
        if as_json:
            figures = {"sequence": done.sequence, "broken": len(done.broken), "put": done.put, "deleted": done.deleted}
            told = {"mail": became.summary() if became else None, "inbox": emptied.summary() if emptied else None}
            report.say_json(figures | told)
        else:
            report.say(f"Webbplatsens tid är förnyad. {done.put} filer lades ut, {done.deleted} togs bort.")
            if became:
                say_delivered(became)
            if emptied:
                report.say(emptied.text)
        for trouble in emptied.trouble if emptied else ():
            raise trouble
        if became and became.trouble:
            raise HostError(
                "Mejlen gick inte i väg; de väntar till nästa gång.", hint="Pröva: pluttra mail test DIN@ADRESS"
            )


def _listed(titles: Iterable[str]) -> str:
    return ", ".join(titles) or "ingenting"


def _figures(done: Revoked) -> str:
    what = done.done
    if not what.is_out:
        return "Ingenting är publicerat ännu."
    return f"{len(what.broken)} nycklar byttes och {len(what.readers)} läsare fick de nya: {what.put} filer, {what.length / 1000:.0f} kB. Länkar till den gamla nyckeln är borttagna."
