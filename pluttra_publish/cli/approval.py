"""Commands for the one who answers for what is published: approve, return."""

from __future__ import annotations

from pathlib import Path

import click

from pluttra_publish import approvals
from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.clock import now_of
from pluttra_publish.errors import Findings, UsageError
from pluttra_publish.register import read_register
from pluttra_publish.settings import read_settings

_EXAMPLE = 'Exempel: pluttra approve "inlagg/Solrosen/2026-03-12 Vi byggde koja"'


@click.command(epilog=_EXAMPLE)
@click.argument("posts", nargs=-1, metavar="[INLÄGG...]", help="Inläggets mapp eller fil, eller dess titel.")
@click.option("--all", "everything", is_flag=True, help="Godkänn alla som väntar.")
@click.option("--list", "listing", is_flag=True, help="Visa vilka som väntar. Ingenting godkänns.")
@click.option("--by", metavar="REKTOR", help="Vem som godkänner. Behövs bara om det finns flera rektorer.")
@site_option
@json_option
def approve(posts: tuple[str, ...], everything: bool, listing: bool, by: str | None, site: Path, as_json: bool) -> None:
    """Godkänn INLÄGG så som de är nu. Ändras de efteråt väntar de igen."""
    with report.answering(as_json):
        if sum((bool(posts), everything, listing)) != 1:
            raise UsageError("Ange ett eller flera inlägg, eller --all, eller --list.", hint=_EXAMPLE)
        settings = read_settings(site)
        now = now_of(settings)
        known, _ = approvals.read_posts(settings, now.date())
        waiting = approvals.waiting(known, approvals.read_approvals(settings))
        if listing:
            if as_json:
                report.say_json({"waiting": [post.source for post in waiting]})
            else:
                report.say("\n".join(post.source for post in waiting) or "Inget inlägg väntar.")
            return
        findings = Findings()
        register = read_register(settings.register, findings)
        findings.stop()
        who = approvals.find_principal(register, by, now.date())
        chosen = waiting if everything else [approvals.find_post(known, written) for written in posts]
        approved = approvals.approve(settings, chosen, by=who, now=now)
        if as_json:
            report.say_json({"approved": [post.source for post in approved], "by": who})
            return
        report.say("\n".join(f"Godkänt: {post.source}" for post in approved) or "Inget inlägg väntar.")


@click.command(
    "return", epilog='Exempel: pluttra return "Vi byggde koja" --reason "Fråga Samiras familj om bilden först"'
)
@click.argument("post", metavar="INLÄGG", help="Inläggets mapp eller fil, eller dess titel.")
@click.option("--reason", required=True, metavar="TEXT", help="Varför. Den som skrev läser det överst i texten.")
@site_option
@json_option
def return_(post: str, reason: str, site: Path, as_json: bool) -> None:
    """Lämna tillbaka INLÄGG med en anledning. Det publiceras inte förrän det är inskickat igen."""
    with report.answering(as_json):
        settings = read_settings(site)
        known, _ = approvals.read_posts(settings, now_of(settings).date())
        found = approvals.find_post(known, post)
        text = approvals.send_back(settings, found, reason)
        if as_json:
            report.say_json({"returned": found.source, "text": str(text), "reason": reason})
        else:
            report.say(f"Returnerat: {found.source}\nAnledningen står överst i {text.name}.")
