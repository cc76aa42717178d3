"""A guardian's changed e-mail address, language or telephone: it waits until somebody has made sure that it is they who ask. Knows the register's rows and who is told.

It never counts by itself: whoever has got hold of a link could otherwise lead the family's invitations to themselves. And the address that was is told.
"""

from __future__ import annotations

import unicodedata

from pluttra_publish.delivering import tell_of_change
from pluttra_publish.errors import HostError, UsageError
from pluttra_publish.inbox import filing
from pluttra_publish.inbox.desk import Applied, Arrived, Desk, text_in
from pluttra_publish.inbox.filing import Filed, Paper
from pluttra_publish.inbox.refusing import RefusedError
from pluttra_publish.letters.words import LANGUAGES
from pluttra_publish.register.contact import change_contact
from pluttra_publish.register.read import is_email
from pluttra_publish.register.values import fold
from pluttra_publish.register.write import is_formula
from pluttra_publish.settings import accepting
from pluttra_publish.settings.bad_value import BadValueError

_HOW = (
    "Hör av er till vårdnadshavaren på ett sätt som ni redan har, och fråga om det stämmer. Den som har kommit över en länk kan också skicka det här.\n"
    "Stämmer det? Skriv in det i registret: pluttra inbox approve {id}\nLägg undan det: pluttra inbox dismiss {id}"
)
_LONGEST = 254


def apply_contact(desk: Desk, arrived: Arrived) -> Applied:
    """File what a guardian wants changed.

    Raises:
        RefusedError: shape; may-not, if the sender is no guardian.
        UsageError: it can't be written.
    """
    sender, body = arrived.sender, arrived.header.body
    if sender.role != "guardian":
        raise RefusedError("may-not")
    email, language, phone = (
        None if body.get(name) is None else text_in(arrived.header, name, _LONGEST)
        for name in ("email", "lang", "phone")
    )
    if (email is None and language is None and phone is None) or not _fits(email, language, phone):
        raise RefusedError("shape")
    row = desk.register.guardian[sender.id]
    if (email in {None, row.email}) and (language in {None, row.language}) and phone is None:
        return Applied(f"Kontaktuppgifter från {sender.name}: de stod redan i registret.")
    others = [one.name for one in desk.readers.values() if email and one.id != sender.id and fold(one.email) == fold(email)]  # fmt: skip
    paper = Paper(
        title=f"Kontaktuppgifter {sender.name}",
        facts=(
            ("Från", sender.name),
            ("Skrivet", f"{arrived.written:%Y-%m-%d %H:%M}"),
            ("Ny e-postadress", email or ""),
            ("E-postadress i dag", (row.email or "saknas") if email else ""),
            ("Samma adress har redan", ", ".join(others)),
            ("Nytt språk", language or ""),
            ("Språk i dag", (row.language or "inte sagt") if language else ""),
            ("Nytt telefonnummer", f"{phone} (registret har ingen plats för det: skriv in det där ni har det)" if phone else ""),
        ),
        about={"email": email, "lang": language, "phone": phone},
        after=_HOW.format(id=arrived.header.id[:8]),
    )  # fmt: skip
    name, files = filing.put(desk.settings.inbox, arrived, paper)
    said = f"Kontaktuppgifter från {sender.name}: {desk.settings.inbox.name}/{name}"
    return Applied(said, waits=True, files=files)


def approve_contact(desk: Desk, filed: Filed) -> str:
    """Write the change into the register, and tell the address that was; return what to say of it. Done twice it changes nothing more.

    Raises:
        UsageError: the guardian is not in the register any longer.
        RegisterError: the register can't be written, or has errors.
    """
    reader = desk.readers.get(filed.sender)
    if reader is None:
        hint = f"Lägg undan det: pluttra inbox dismiss {filed.id[:8]}"
        raise UsageError("Den som skrev finns inte längre i registret.", hint=hint)
    email, language = (filed.about.get(name) for name in ("email", "lang"))
    was = change_contact(desk.settings, filed.sender, email=email, language=language, now=desk.now)
    said = f"Inskrivet i registret: {reader.name}." if was else f"Det stod redan i registret: {reader.name}."
    if phone := filed.about.get("phone"):
        said += f" Telefonnumret {phone} får ni själva skriva in där ni har det."
    if was is None or not was.email or email in {None, was.email}:
        return said
    if not desk.settings.mail.is_on:
        return f"{said} Ingen mejlserver är vald, så den förra adressen har inte fått veta det."
    try:
        tell_of_change(desk.settings, reader, was.email, desk.now)
    except HostError as failed:
        return f"{said} Den förra adressen har inte fått veta det: {failed} {failed.hint}".rstrip()
    return f"{said} Den förra adressen har fått ett mejl om det."


def _fits(email: str | None, language: str | None, phone: str | None) -> bool:
    """Tell whether what is wanted is what it is said to be. Telephone numbers are shown, never used."""
    if email is not None and not (_is_plain(email) and is_email(email) and not is_formula(email)):
        return False
    if language is not None and language not in LANGUAGES:
        return False
    try:
        return phone is None or bool(accepting.phone(phone))
    except BadValueError:
        return False


def _is_plain(text: str) -> bool:
    """Tell whether a text is in one form and has nothing in it that isn't seen."""
    return text.isprintable() and unicodedata.normalize("NFC", text) == text
