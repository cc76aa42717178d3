"""SS 12000 answers to entities by resource: whole pages, saved files, folders of them. Knows shapes, not meanings.

An entity that is met twice – a page can shift while it is read – counts as it was last modified.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pluttra_publish.errors import RegisterError

RESOURCES = ("organisations", "groups", "persons", "placements", "duties")
Entity = dict[str, Any]


@dataclass
class Entities:
    """By resource, by id. `told` are the resources that were there at all; `deleted` ids by resource."""

    by_resource: dict[str, dict[str, Entity]] = field(default_factory=lambda: {name: {} for name in RESOURCES})
    told: set[str] = field(default_factory=set)
    deleted: dict[str, set[str]] = field(default_factory=dict)
    partial: bool = False
    source: str = ""
    as_of: str = ""

    def __getitem__(self, resource: str) -> dict[str, Entity]:
        return self.by_resource[resource]

    def add(self, resource: str, found: Iterable[Any], file: str) -> None:
        self.told.add(resource)
        for entity in found:
            if not isinstance(entity, dict) or not isinstance(entity.get("id"), str) or not entity["id"]:
                raise _broken(file, f"{resource} har en post utan id.")
            known = self.by_resource[resource].get(entity["id"])
            if known is None or _modified(entity) >= _modified(known):
                self.by_resource[resource][entity["id"]] = entity

    def add_deleted(self, answer: Any, file: str) -> None:
        """Add a page of /deletedEntities: `{"data": {resource: [id, …]}}`."""
        found = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(found, dict):
            raise _broken(file, "Svaret om borttagna poster går inte att tolka.")
        for resource, idents in found.items():
            listed = idents if isinstance(idents, list) else []
            self.deleted.setdefault(str(resource), set()).update(str(ident) for ident in listed)


def entities_in_files(files: Mapping[str, bytes]) -> Entities:
    """Read saved answers, by file name: pages, single lists, or an object of lists by resource.

    Raises:
        RegisterError: a file is cut short, is something else, or the last page of a list is not there.
    """
    found = Entities(source="")
    ends: dict[str, bool] = {}
    for name, raw in sorted(files.items()):
        for resource, listed, last in _lists(_parsed(raw, name), name):
            if resource == "deletedEntities":
                found.add_deleted({"data": listed}, name)
                continue
            found.add(resource, listed, name)
            ends[resource] = ends.get(resource, False) or last
    for resource, ended in sorted(ends.items()):
        if not ended:
            hint = "Spara alla sidor, till och med den som saknar pageToken."
            raise RegisterError(f"Sista sidan av {resource} saknas, så listan är inte hel.", hint=hint)
    if "persons" not in found.told:
        raise RegisterError("Källan har inga persons.", hint="Spara svaren från /persons, /groups och /placements.")
    return found


def _lists(read: Any, file: str) -> Iterable[tuple[str, Any, bool]]:
    """Yield resource, list, and whether it is the last page."""
    if isinstance(read, list):
        read = {"data": read}
    known = [name for name in (*RESOURCES, "deletedEntities") if isinstance(read, dict) and name in read]
    if isinstance(read, dict) and "data" in read:
        yield from _page(read, file)
    elif not known:
        raise _broken(file, "Filen är inget SS 12000-svar.")
    for name in known:
        inner = read[name]
        if isinstance(inner, dict) and "data" in inner:
            yield name, inner["data"], not inner.get("pageToken")
        elif isinstance(inner, list) or name == "deletedEntities":
            yield name, inner, True
        else:
            raise _broken(file, f"{name} är ingen lista.")


def _page(read: dict[str, Any], file: str) -> Iterable[tuple[str, Any, bool]]:
    listed = read["data"]
    if isinstance(listed, dict):
        yield "deletedEntities", listed, True
    elif isinstance(listed, list):
        resource = _resource_by_name(file) or next(filter(None, map(_resource_by_fields, listed)), "")
        if not resource and listed:
            raise _broken(file, "Det går inte att se vad filen listar.")
        if resource:
            yield resource, listed, not read.get("pageToken")
    else:
        raise _broken(file, "Filen är inget SS 12000-svar.")


def _resource_by_name(file: str) -> str:
    stem = file.rpartition("/")[2].casefold()
    return next((name for name in RESOURCES if stem.startswith((name, name.rstrip("s")))), "")


_FIELDS = {
    "groupType": "groups",
    "organisationType": "organisations",
    "dutyRole": "duties",
    "dutyAt": "duties",
    "givenName": "persons",
    "civicNo": "persons",
    "placedAt": "placements",
    "child": "placements",
}


def _resource_by_fields(entity: Any) -> str:
    if not isinstance(entity, dict):
        return ""
    return next((resource for name, resource in _FIELDS.items() if name in entity), "")


def _parsed(raw: bytes, file: str) -> Any:
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError):
        raise _broken(file, "Filen är avkortad eller är inte JSON.") from None


def _broken(file: str, message: str) -> RegisterError:
    return RegisterError(f"{file}: {message}", hint="Hämta den på nytt. Ingenting har ändrats.")


def _modified(entity: Entity) -> str:
    meta = entity.get("meta")
    return str(meta.get("modified") or "") if isinstance(meta, dict) else ""
