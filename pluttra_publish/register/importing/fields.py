"""Fields of SS 12000 entities, as they are or are not there: texts, objects, names, addresses, markings. Knows no persons."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from pluttra_publish.register.importing.drafts import NONE_MARKED
from pluttra_publish.register.importing.entities import Entity
from pluttra_publish.register.values import fold


def child_marking(said: list[str | None], through: list[str | None]) -> str | None:
    """A child's own marking, and those of responsible persons who are no guardians; `""` there is no answer."""
    own = combined(said)
    others = [None if word == "" else word for word in through]
    marked = [word for word in (own, *others) if word not in {None, NONE_MARKED}]
    if marked:
        return marked[0]
    return own if None not in others else None


def combined(words: list[str | None]) -> str | None:
    marked = [word for word in words if word not in {None, NONE_MARKED}]
    return marked[0] if marked else (NONE_MARKED if NONE_MARKED in words else None)


def marking_of(person: Entity) -> str | None:
    word = person.get("securityMarking")
    if word is None or word == "":
        return None
    text = " ".join(str(word).split())
    return NONE_MARKED if fold(text) == fold(NONE_MARKED) else text


def name_of(person: Entity, ref: Entity) -> tuple[str, str]:
    first, last = text_of(person, "givenName"), text_of(person, "familyName")
    if first:
        return first, last
    first, _, last = (text_of(person, "displayName") or text_of(ref, "displayName")).rpartition(" ")
    return (first, last) if first else (last, "")


def email_of(person: Entity, kinds: tuple[str, ...]) -> str:
    found = {
        fold(text_of(row, "type")): text_of(row, "value") for row in reversed(list(objects_in(person.get("emails"))))
    }
    named = [found[kind] for kind in kinds if kind in found]
    return named[0] if named else (found.get("", "") if kinds else "")


def text_of(entity: Any, name: str) -> str:
    value = entity.get(name) if isinstance(entity, dict) else None
    return unicodedata.normalize("NFC", " ".join(value.split())) if isinstance(value, str) else ""


def object_in(value: Any) -> Entity:
    return value if isinstance(value, dict) else {}


def objects_in(value: Any) -> Iterator[Entity]:
    return (row for row in value if isinstance(row, dict)) if isinstance(value, list) else iter(())
