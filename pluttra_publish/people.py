"""Register and consents as one reading, and what can be said of names when they are faulty. Knows their files' place, no posts."""

from __future__ import annotations

from dataclasses import dataclass

from pluttra_publish.errors import Findings
from pluttra_publish.register import Consents, Register, read_consents, read_register
from pluttra_publish.settings import Settings


@dataclass(frozen=True)
class People:
    """Who is who, and what may be shown of whom.

    `named` takes what is wrong with names in posts and talks, `shown` with who is shown to whom. With a faulty register, where right names
    look wrong and siblings look like strangers, nobody reads them.
    """

    register: Register
    consents: Consents
    named: Findings
    shown: Findings


def read_people(settings: Settings, findings: Findings) -> People:
    """Read register and consents; what is wrong with them is added to `findings`, and only that until it is mended."""
    of_register, of_consents = Findings(), Findings()
    register = read_register(settings.register, of_register)
    consents = read_consents(settings.register, register, settings.consents, of_consents)
    findings.add(of_register)
    if of_register.errors:  # an answer of somebody whose own row is faulty looks like one of nobody
        mend = "Rätta registret först, och kör igen."
        message = "Namn och samtycken i inlägg och samtal kontrolleras när registret är rättat."
        findings.warning(settings.register.name, "", message, mend)
        return People(register, consents, Findings(), Findings())
    findings.add(of_consents)
    return People(register, consents, findings, Findings() if of_consents.errors else findings)
