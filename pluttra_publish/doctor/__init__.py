"""Examines the live host: what families meet, what strangers can see, and what lies there. Knows which checks there are, and nothing of what they look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from pluttra_publish.clock import now_of
from pluttra_publish.doctor import files, outside
from pluttra_publish.doctor.asking import Asking, Unreachable, asking
from pluttra_publish.doctor.drop_box import examine_drop
from pluttra_publish.doctor.files import Step
from pluttra_publish.errors import Findings, HostError
from pluttra_publish.hosts import Inventory, OnHost, open_host, read_inventory
from pluttra_publish.putting import ON_HOST
from pluttra_publish.settings import Settings

__all__ = ["Examined", "Unwell", "examine"]


class Unwell(HostError):
    """The host is not as it should be; carries all findings."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(
            f"{len(findings.errors)} fel på värden.", hint="Rätta felen ovan, och kör pluttra doctor igen."
        )
        self.findings = findings


@dataclass(frozen=True)
class Examined:
    """What an examination saw: findings (no errors among them), the address, and how many files are there as they should."""

    findings: Findings
    url: str
    files: int


def no_step(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def examine(
    settings: Settings, *, url: str | None = None, http_port: int | None = None, step: Step = no_step
) -> Examined:
    """Examine the host at `url`, else at the site's own address, and what lies on it. If anything is wrong, the next publish looks through it all.

    Raises:
        Unwell: something must be mended; it carries all findings, what could be better too.
    """
    findings, there = Findings(), 0
    address = url or settings.url
    known = read_inventory(settings.state / ON_HOST)
    if known is None:
        message = "Den här datorn vet inte vad som ligger på värden."
        findings.error(HostError, address, "", message, "Kör pluttra publish på den dator som publicerar.")
    elif known.doubted:
        message = "Den senaste publiceringen blev inte klar, eller så var något fel på värden senast."
        findings.warning(address, "", message, "Kör pluttra publish.")
    with asking(address) as host:
        try:
            there = _outside(host, settings, known, findings, http_port, step)
        except Unreachable as cut:
            outside.bad(findings, host, "", f"Värden slutade svara ({cut}).", "Försök igen om en stund.")
    if known is not None:
        _inside(settings, known, findings)
    if settings.drop.is_on:
        examine_drop(settings, address, findings)
    if findings.errors and known is not None:
        with Inventory(settings.state / ON_HOST) as inventory:
            inventory.doubt()  # so that the next publish looks at all that lies there, and mends what it can
    if findings.errors:
        raise Unwell(findings)
    return Examined(findings, address, there)


def _outside(
    host: Asking, settings: Settings, known: OnHost | None, findings: Findings, http_port: int | None, step: Step
) -> int:
    shell = outside.reach(host, findings)
    if shell is None:
        return 0
    usual = 80 if urlsplit(host.url).port is None else None
    can_say = settings.host.kind != "s3"
    outside.transport(host, shell, findings, http_port=http_port or usual, can_say=can_say)
    outside.policies(host, shell, findings)
    outside.closed(host, shell, findings, known.files if known else ())
    if known is None:
        return 0
    notice = timedelta(days=settings.notice_days)
    files.root(host, known, findings, now=now_of(settings), notice=notice)
    files.clear_files(host, known.files, findings)
    files.served_as(host, known.files, findings)
    files.ranges(host, known.files, findings)
    return files.all_there(host, known.files, findings, step)


def _inside(settings: Settings, known: OnHost, findings: Findings) -> None:
    try:
        with open_host(settings.host, settings.state) as host:
            files.inside(host, known, host.name, findings)
    except HostError as failed:
        findings.error(HostError, settings.host.kind, "", str(failed), failed.hint)
