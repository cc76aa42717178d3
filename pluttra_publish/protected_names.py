"""The names and addresses of quarantined families, and where a text holds one. Knows how names are written; no posts, pages or files.

Two things are looked for, in any case, inflected or not, and never inside another word:

- *pairs*: a given name and a surname of one person, in either order and with other names between, or the surname's initial; and the
  e-mail address. No word list lets them through.
- *lone names*: a given name or a surname alone, unless somebody visible in the register bears it, or the principal has let that very
  spelling stand.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pluttra_publish.register import Child, Guardian, Register, StaffMember, quarantined

Spelling = Callable[[str], str]
"""How names are spelt in the text that is searched: as they are, or as an address has them."""

_WORD = re.compile(r"[^\W_]+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_BETWEEN_NAMES = re.compile(r"[\s-]*")
_AFTER_INITIAL = re.compile(r"\.?[\s-]*")
_ENDINGS = ("arnas", "arna", "s")
_MOST_BETWEEN = 3
# Letters with accents to those without: é, č and ü are an e, a c and a u to whoever writes in a hurry; å, ä and ö are letters of their own.
_BARE = {
    number: bare
    for number in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
    if chr(number) not in "åäöÅÄÖ" and (bare := unicodedata.normalize("NFD", chr(number))[0]) != chr(number)
}
_ACCENTED = re.compile(f"[{''.join(map(chr, _BARE))}]")
_PARTICLES = frozenset({  # no names alone, unless there is nothing else
    "af", "al", "av", "bin", "bint", "da", "de", "del", "della", "den", "der", "di", "dos", "du", "el", "ibn", "la", "le", "ten", "ter", "van", "von", "zu",
})  # fmt: skip


@dataclass(frozen=True)
class _Word:
    """A word as written, as it is compared, what stands between it and the one before, and its line, counted from 1."""

    text: str
    folded: frozenset[str]
    gap: str
    line: int


@dataclass(frozen=True)
class ProtectedNames:
    """What may not be published, folded, by given name where it takes two words; `borne` is what visible people are called.

    `allowed` are words as they may stand.
    """

    lone: frozenset[str] = frozenset()
    surnames: dict[str, frozenset[str]] = field(default_factory=dict)
    initials: dict[str, frozenset[str]] = field(default_factory=dict)
    emails: frozenset[str] = frozenset()
    borne: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.lone or self.surnames or self.emails)

    def pairs(self, text: str) -> list[int]:
        """Return the lines of `text` where a pair or an e-mail address begins."""
        return self._lines(text, lone=False)

    def anything(self, text: str) -> list[int]:
        """Return the lines of `text` where a pair, an e-mail address or a lone name stands."""
        return self._lines(text, lone=True)

    def in_address(self, address: str, spelling: Spelling) -> bool:
        """Tell whether the address of a page has any of it."""
        return bool(self._spelt(spelling).anything(address.replace("_", " ")))

    def _lines(self, text: str, *, lone: bool) -> list[int]:
        text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
        folded = _fold(text)
        found: set[int] = set()
        if any(email in folded for email in self.emails):
            lines = enumerate(text.split("\n"), 1)
            found |= {number for number, line in lines if any(email in _fold(line) for email in self.emails)}
        known = self.lone | self.surnames.keys() if lone else self.surnames.keys()
        if any(name in folded for name in known):  # most texts have none, and words cost more
            words = tuple(_words(text))
            found |= {word.line for at, word in enumerate(words) if self._stands(words, at, lone)}
        return sorted(found)

    def _stands(self, words: tuple[_Word, ...], at: int, lone: bool) -> bool:
        word = words[at]
        lone_name = lone and word.folded & self.lone and _fold(word.text) not in self.borne
        if lone_name and not self.allowed & _spellings(word.text):
            return True
        return any(self._goes_on(words, at, given) for given in word.folded & self.surnames.keys())

    def _goes_on(self, words: tuple[_Word, ...], at: int, given: str) -> bool:
        """Tell whether a surname of the one who is called `given` stands right before, or after, other names between."""
        surnames = self.surnames[given]
        around = (*words[max(0, at - 1) : at], *words[at + 1 : at + 2])
        if any(word.folded & surnames for word in around):
            return True
        after = words[at + 1 : at + 2 + _MOST_BETWEEN]
        if after and after[0].text.isupper() and not after[0].gap.strip() and after[0].folded & self.initials[given]:
            return True
        before = words[at]
        for word in after:
            between = _AFTER_INITIAL if len(before.text) == 1 else _BETWEEN_NAMES
            if not between.fullmatch(word.gap):
                return False
            if word.folded & surnames:
                return True
            if not word.text[0].isupper():
                return False
            before = word
        return False

    def _spelt(self, spelling: Spelling) -> ProtectedNames:
        def all_of(names: Iterable[str]) -> frozenset[str]:
            return frozenset(filter(None, map(spelling, names)))

        surnames: dict[str, frozenset[str]] = defaultdict(frozenset)
        for given, names in self.surnames.items():
            surnames[spelling(given)] |= all_of(names)
        initials = dict.fromkeys(surnames, frozenset[str]())
        lower = (word for word in self.allowed if word == word.lower())
        return ProtectedNames(all_of(self.lone), surnames, initials, borne=all_of(self.borne), allowed=all_of(lower))


def protected_names(register: Register, allowed: Iterable[str] = ()) -> ProtectedNames:
    """Return what may not be published of quarantined families. What somebody visible is called too is left out."""
    outside, visible = quarantined(register), register.visible
    people: list[Child | Guardian | StaffMember] = [*visible.children, *visible.guardians, *visible.staff]
    families: list[Child | Guardian] = [*register.children, *register.guardians]
    others = [(_parts(one.first_name), _parts(one.last_name)) for one in people]
    borne = {name for given, last in others for name in (*given, *last)}
    taken = {(g, s) for given, last in others for g in given for s in last}
    taken_initials = {(g, s[0]) for g, s in taken}
    surnames: dict[str, set[str]] = {}
    initials: dict[str, set[str]] = {}
    lone: set[str] = set()
    for person in (one for one in families if one.id in outside):
        given, last = _parts(person.first_name), _parts(person.last_name)
        lone |= {*given, *last} - borne
        for g in given:
            surnames.setdefault(g, set()).update(s for s in last if (g, s) not in taken)
            initials.setdefault(g, set()).update(s[0] for s in last if (g, s[0]) not in taken_initials)
    emails = {_fold(guardian.email) for guardian in register.guardians if guardian.id in outside}
    emails -= {_fold(guardian.email) for guardian in visible.guardians} | {_fold(one.email) for one in visible.staff}
    return ProtectedNames(
        lone=frozenset(lone),
        surnames={given: frozenset(names) for given, names in surnames.items() if names},
        initials={given: frozenset(letters) for given, letters in initials.items()},
        emails=frozenset(emails - {""}),
        borne=frozenset(borne),
        allowed=frozenset(unicodedata.normalize("NFKC", word) for word in allowed),
    )


def _parts(name: str) -> tuple[str, ...]:
    """Return the words of a name, without those that are no names alone."""
    text = _UNSEEN.sub("", unicodedata.normalize("NFKC", name))
    words = [_fold(word) for word in _WORD.findall(text)]
    return tuple([word for word in words if len(word) > 1 and word not in _PARTICLES] or words)


def _words(text: str) -> Iterator[_Word]:
    end, line = 0, 1
    for match in _WORD.finditer(text):
        gap = text[end : match.start()]
        line += gap.count("\n")
        end = match.end()
        yield _Word(match[0], _stems(match[0]), gap, line)


@lru_cache(maxsize=1 << 16)
def _stems(word: str) -> frozenset[str]:
    """Return a word as it is compared, and what it may be an inflection of."""
    return _spellings(_fold(word))


def _spellings(word: str) -> frozenset[str]:
    return frozenset({word, *(word.removesuffix(ending) for ending in _ENDINGS)} - {""})


def _fold(text: str) -> str:
    whole = unicodedata.normalize("NFC", text.casefold())
    return whole.translate(_BARE) if _ACCENTED.search(whole) else whole
