"""Letters in words: an invitation, a notice, a trial, a changed address. Knows what is said and in which order, the same for mail and paper. Does not know how it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pluttra_publish.letters.words import Words

DEFAULT_CONTACT = "förskolan"
"""What the settings call the preschool where nobody has said whom to ask; said in the letter's own language."""


@dataclass(frozen=True)
class Said:
    """A letter in words. `url` may hold a key: then whoever has the letter reads as its receiver.

    `before` stands above the link, `action` on it, `after` below it; `warning` is what must not be missed. Only on paper: `beside` by the link's
    square code, and `keep`, what to do with the paper.
    """

    language: str
    direction: str
    subject: str
    greeting: str
    before: tuple[str, ...]
    action: str
    url: str = field(repr=False)
    warning: str
    after: tuple[str, ...]
    sender: str
    beside: str = ""
    keep: str = ""


@dataclass(frozen=True)
class From:
    """Who writes: the preschool's name, and whom one turns to."""

    preschool: str
    contact: str

    def contact_in(self, words: Words) -> str:
        return words.say("förskolan") if self.contact == DEFAULT_CONTACT else self.contact


def invitation(words: Words, sender: From, *, name: str, url: str, ends: datetime) -> Said:
    """Return the invitation of one reader: what the link is, until when it can be opened, and that whoever has it reads as them."""
    preschool, contact = sender.preschool, sender.contact_in(words)
    return Said(
        language=words.code,
        direction=words.direction,
        subject=words.say("Din länk till %(preschool)s", preschool=preschool),
        greeting=words.say("Hej %(name)s!", name=name),
        before=(
            words.say("Med den här länken läser du om dagarna på %(preschool)s: bilder, filmer och texter om ditt barn och om det som barnen gör tillsammans.", preschool=preschool),
            words.say("Öppna den på den telefon eller dator där du vill läsa. Du behöver inget lösenord och ingen app."),
        ),
        action=words.say("Öppna min länk"),
        url=url,
        warning=words.say("Den som har länken läser som du. Skicka den inte vidare, inte heller inom familjen: den som ska läsa får en egen länk."),
        after=(
            words.say("Länken går att öppna till %(when)s, på så många enheter du vill. Där du har öppnat den fortsätter du att läsa efteråt.", when=words.moment(ends)),
            words.say("Har länken eller telefonen kommit bort? Hör av dig genast till %(contact)s, så stänger vi den.", contact=contact),
        ),
        sender=preschool,
        beside=words.say("Öppna kameran på telefonen och rikta den mot rutan, eller skriv av länken i en webbläsare."),
        keep=words.say("Förvara brevet som en nyckel. När du har öppnat länken kan du riva det."),
    )  # fmt: skip


def notice(words: Words, sender: From, *, count: int, url: str, ends: datetime | None = None) -> Said:
    """Return the notice that there are `count` new posts. It names nobody and tells nothing of what they are about.

    With `ends`, `url` holds a key that can be opened until then; without, it is the site's address alone.
    """
    preschool, contact = sender.preschool, sender.contact_in(words)
    new = words.count("Ett nytt inlägg finns att läsa", "%(num)s nya inlägg finns att läsa", count)
    if ends is None:
        before: tuple[str, ...] = (words.say("Öppna sidan på telefonen eller datorn där du brukar läsa."),)
        warning = ""
        after: tuple[str, ...] = (
            words.say("Länken i det här mejlet har ingen nyckel. Blir du ombedd om en länk när sidan öppnas behöver du en ny: hör av dig till %(contact)s.", contact=contact),
        )  # fmt: skip
    else:
        before = (words.say("Länken öppnar sidan också på en ny telefon eller dator."),)
        warning = words.say("Den som har länken läser som du. Skicka den inte vidare, inte heller inom familjen: den som ska läsa får en egen länk.")  # fmt: skip
        after = (words.say("Länken går att öppna till %(when)s.", when=words.moment(ends)),)
    unwanted = words.say("Vill du inte ha mejl när det finns nytt? Hör av dig till %(contact)s.", contact=contact)
    return Said(
        language=words.code,
        direction=words.direction,
        subject=new,
        greeting=words.say("Hej!"),
        before=(f"{new}.", *before),
        action=words.say("Läs"),
        url=url,
        warning=warning,
        after=(*after, unwanted),
        sender=preschool,
    )


def trial(words: Words, sender: From, *, url: str) -> Said:
    """Return a letter that only shows that mail arrives."""
    return Said(
        language=words.code,
        direction=words.direction,
        subject=words.say("Ett prov från %(preschool)s", preschool=sender.preschool),
        greeting=words.say("Hej!"),
        before=(words.say("Det här är ett prov. Kommer det fram, och inte i skräpposten, så kommer också inbjudningar och aviseringar fram."),),
        action=words.say("Till sidan"),
        url=url,
        warning="",
        after=(),
        sender=sender.preschool,
    )  # fmt: skip


def changed_address(words: Words, sender: From, *, url: str) -> Said:
    """Return what the address that was is told when a reader has another. It names nobody, nor the address that is."""
    preschool, contact = sender.preschool, sender.contact_in(words)
    return Said(
        language=words.code,
        direction=words.direction,
        subject=words.say("Din e-postadress hos %(preschool)s har ändrats", preschool=preschool),
        greeting=words.say("Hej!"),
        before=(words.say("Från och med nu får du mejl från %(preschool)s till en annan adress än den här.", preschool=preschool),),
        action=words.say("Till sidan"),
        url=url,
        warning=words.say("Är det inte du som har bett om det? Hör av dig genast till %(contact)s.", contact=contact),
        after=(),
        sender=preschool,
    )  # fmt: skip
