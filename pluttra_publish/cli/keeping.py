"""Commands for keeping it: backup, restore. Asks for the recovery key, and never takes it as an argument."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pluttra_publish.backup import BackedUp, back_up
from pluttra_publish.backup.restore import restore as restore_backup
from pluttra_publish.backup.restore import runs_in
from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.errors import KeystoreError
from pluttra_publish.sealing.recovery import RecoveryKey
from pluttra_publish.settings import FILE, read_settings


@click.command(epilog="Exempel: pluttra backup /media/disk/pluttra-kopia --site minforskola")
@click.argument(
    "target",
    metavar="[MAPP]",
    required=False,
    type=click.Path(path_type=Path, file_okay=False),
    help="Mapp på en annan disk. Annars folder under [backup] i inställningarna, eller den som användes senast.",
)
@click.option("--new", is_flag=True, help="Börja om i en tom mapp, fast det fanns kopior där förut: disken är bytt.")
@click.option("--verify", is_flag=True, help="Läs igenom allt som ligger i kopian, och inte bara en del av det.")
@site_option
@json_option
def backup(target: Path | None, new: bool, verify: bool, site: Path, as_json: bool) -> None:
    """Säkerhetskopiera förskolan: inlägg, register, samtal, inställningar och nycklar. Bara återställningsnyckeln öppnar kopian.

    Bara det som är nytt kopieras, och det läses tillbaka och öppnas innan det räknas. Gamla kopior tas bort enligt [backup] i inställningarna.
    """
    with report.answering(as_json):
        settings = read_settings(site)
        with report.progress(as_json) as step:
            done = back_up(settings, target, new=new, verify=verify, step=step)
        if as_json:
            report.say_json(done.summary())
            return
        _say(done)


@click.command(epilog="Exempel: pluttra restore /media/disk/pluttra-kopia --into minforskola")
@click.argument(
    "target",
    metavar="MAPP",
    type=click.Path(path_type=Path, file_okay=False),
    help="Mappen med säkerhetskopior.",
)
@click.option(
    "--into", metavar="NYMAPP", type=click.Path(path_type=Path, file_okay=False), help="Ny mapp för förskolan."
)
@click.option(
    "--run", metavar="DAG", default="", help="En äldre kopia: dess dag, till exempel 2026-11-20. Annars den senaste."
)
@click.option("--list", "only_list", is_flag=True, help="Visa bara vilka kopior som finns. Nyckeln behövs inte.")
@click.option(
    "--key-file",
    metavar="FIL",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Fil med återställningsnyckeln, - för standard in. Annars frågas det efter den. Ta bort filen sedan.",
)
@json_option
def restore(target: Path, into: Path | None, run: str, only_list: bool, key_file: Path | None, as_json: bool) -> None:
    """Lägg tillbaka en säkerhetskopia i en ny mapp, på en dator som bara har återställningsnyckeln.

    Innan den nya datorn får publicera måste den ta över: pluttra publish --take-over --site NYMAPP.
    """
    with report.answering(as_json):
        runs = runs_in(target)
        if only_list:
            if as_json:
                report.say_json({"runs": [{"run": name, "made": int(made.timestamp())} for name, made in runs]})
            else:
                report.say("\n".join(f"{name}   {made:%Y-%m-%d kl. %H.%M}" for name, made in runs))
            return
        if into is None:
            raise click.UsageError("Ange en ny mapp med --into.")
        key = _key(key_file)
        with report.progress(as_json) as step:
            done = restore_backup(target, into, key, run=run, step=step)
        if as_json:
            told = {"folder": str(done.folder), "made": int(done.made.timestamp()), "files": done.files}
            report.say_json(told | {"check": list(done.check)})
            return
        report.say(
            f"{done.preschool} är återställd i {done.folder}, som den var {done.made:%Y-%m-%d kl. %H.%M}: {done.files} filer."
        )
        if done.check:
            report.say_aside(
                f"Se efter att de här inställningarna i {FILE} stämmer på den här datorn: {', '.join(done.check)}."
            )
        report.say(
            "\nGör så här nu:\n"
            "  1. Se till att den gamla datorn inte publicerar längre.\n"
            "  2. Gå igenom vad som har hänt sedan kopian gjordes: vilka som slutat eller inte ska läsa längre (register/), samtycken som\n"
            "     tagits tillbaka (register/samtycken.csv) och inlägg som tagits bort (inlagg/).\n"
            f"  3. pluttra publish --take-over --site {done.folder}"
        )


def _say(done: BackedUp) -> None:
    report.say(
        f"Säkerhetskopierat till {done.folder}: {done.files} filer, {done.new} {'ny' if done.new == 1 else 'nya'} ({done.length / 1e6:.1f} MB)."
    )
    if done.damaged:
        lost = done.damaged - done.mended
        rest = f" {lost} fanns bara i äldre kopior, och är borta därifrån." if lost else ""
        told = f"{done.damaged} filer i kopian var skadade; {done.mended} är kopierade igen.{rest} Byt disk snart."
        report.say_aside(told)
    kept = f"Kopior från {done.runs} tillfällen finns kvar." if done.runs > 1 else "Det är den enda kopian där."
    looked = f" {done.looked} filer som låg där lästes igenom." if done.looked else ""
    report.say(f"{kept}{looked}")


def _key(file: Path | None) -> RecoveryKey:
    if file is None and sys.stdin.isatty():
        return RecoveryKey(
            click.prompt("Återställningsnyckeln (den syns inte när du skriver)", hide_input=True, err=True)
        )
    try:
        text = sys.stdin.read() if file is None or str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise KeystoreError(f"{file} kan inte läsas.", hint="Filen ska bara ha återställningsnyckeln.") from None
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return RecoveryKey("".join(lines))
