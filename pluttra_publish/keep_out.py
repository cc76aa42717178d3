"""No page and no card may name a quarantined family. Knows HTML well enough to read it as a person does, and nothing of rules.

The folder and the register already keep these families out; this looks at the words that were written anyway.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import unquote

from pluttra_publish.errors import Findings, LeakError
from pluttra_publish.plan import Plan, names_to_keep_out
from pluttra_publish.register import Register
from pluttra_publish.settings import FILE
from pluttra_publish.site import Pages, Post
from pluttra_publish.standing import PlannedPage

_TAG = re.compile(r"<[^>]*>")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def keep_out(pages: Pages, plan: Plan, standing: Iterable[PlannedPage], register: Register, findings: Findings) -> None:
    """Add a finding for every post, and for the settings, that would publish a name or an address of a quarantined family.

    The finding names the file, never the person.
    """
    names = names_to_keep_out(register)
    if not names:
        return
    pattern = re.compile("|".join(_pattern(name) for name in names))
    for source, words in _published(pages, plan, standing):
        if any(pattern.search(reading) for text in words for reading in _readings(text)):
            message = "Texten nämner någon som inte får finnas på webbplatsen."
            mend = (
                "Ta bort namn och adresser som hör till familjer med skyddade uppgifter, också i titel och bildtexter."
            )
            findings.error(LeakError, source, "", message, mend)


def _published(pages: Pages, plan: Plan, standing: Iterable[PlannedPage]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield where every text comes from, and all that it says to anybody."""
    yield FILE, (pages.shell.decode("utf-8"), pages.manifest.decode("utf-8"))
    for planned in plan.posts:
        yield planned.post.source, (pages.posts[planned.id].decode("utf-8"), *_card(planned.post))
    for page in standing:
        yield page.source or page.title, (pages.standing[page.id].decode("utf-8"), page.title)
    for post in plan.public:
        yield post.source, (pages.public[f"sida/{post.address}.html"].decode("utf-8"), f"sida/{post.address}")


def _card(post: Post) -> Iterable[str]:
    return post.title, post.summary, *post.by


def _readings(text: str) -> Iterator[str]:
    """Yield a text as written, as addresses are read, and as it looks with its tags taken for spaces or for nothing."""
    for reading in (text, unquote(text), _TAG.sub(" ", text), _TAG.sub("", text)):
        yield _folded(unescape(reading))


def _pattern(name: str) -> str:
    """Match an address, or a name's words in either order, inflected or not, but not within another word."""
    if "@" in name:
        return re.escape(_folded(name))
    words = [re.escape(word) for word in _folded(name).split()]
    orders = {r"[\W_]+".join(order) for order in (words, [*words[-1:], *words[:-1]])}
    return rf"(?<![^\W_])(?:{'|'.join(sorted(orders))})s?(?![^\W_])"


def _folded(text: str) -> str:
    composed = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    return " ".join(unicodedata.normalize("NFC", composed.casefold()).split())
