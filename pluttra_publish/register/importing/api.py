"""An SS 12000 API to entities: pages, retries, changes since last time. Knows HTTP. Does not know what persons mean.

https only, but for this computer. The token goes to the named host and nowhere else: a redirect is refused. Nothing of
an answer, and never the token, stands in an error.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import IO, Any
from urllib.parse import quote, urlencode, urlsplit

from pluttra_publish.errors import HostError, UsageError
from pluttra_publish.register.importing.entities import Entities

TOKEN = "PLUTTRA_SS12000_TOKEN"  # noqa: S105 - the name of a variable
_LIMIT = 200
_LONGEST = 64 * 1024 * 1024
_MOST_PAGES = 10_000
_TRIES = 5
_TIMEOUT = 60.0
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
# What a server answers for a resource it does not have, or does not let us have.
_ABSENT = frozenset({400, 403, 404, 405, 410, 501})
# Changes are asked for from a little before the last time, since clocks differ; to read one twice changes nothing.
_OVERLAP = timedelta(minutes=10)

Query = list[tuple[str, str]]


def is_address(source: str) -> bool:
    return bool(re.match(r"https?://", source, re.IGNORECASE))


def token_from_environment() -> str:
    """Return the bearer token.

    Raises:
        UsageError: there is none, or it cannot be one.
    """
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        raise UsageError("Det behövs en nyckel till API:et.", hint=f"Lägg den i miljövariabeln {TOKEN}.")
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise UsageError("Nyckeln till API:et har tecken som inte kan stå där.", hint=f"Kontrollera {TOKEN}.")
    return token


def fetch(
    address: str, token: str, *, since: str = "", now: datetime, wait: Callable[[float], None] = time.sleep
) -> Entities:
    """Read everything, or what has changed after `since` (an earlier answer's `as_of`).

    Raises:
        UsageError: the address cannot be used.
        HostError: the server did not answer as SS 12000 does, or an answer was cut short.
    """
    api = _Api(_checked(address), token, wait)
    found = Entities(source=api.base, as_of=(now.astimezone(UTC) - _OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ"))
    if since:
        changed = [("meta.modified.after", since)]
        deleted = api.deleted(since)
        if deleted is not None:
            found.partial = True
            for answer in deleted:
                found.add_deleted(answer, "deletedEntities")
            for resource in ("organisations", "groups"):
                found.add(resource, api.listed(resource, []) or [], resource)
            for resource in ("persons", "placements", "duties"):
                found.add(resource, api.listed(resource, changed) or [], resource)
            _fetch_named(api, found)
            return found
    for resource in ("organisations", "groups", "placements", "duties"):
        listed = api.listed(resource, [])
        if listed is not None:
            found.add(resource, listed, resource)
    wanted = [] if found["placements"] else [("expand", "placements"), ("expand", "groupMemberships")]
    persons = api.listed("persons", wanted)
    if persons is None and wanted:
        persons = api.listed("persons", [])
    if persons is None:
        hint = f"Kontrollera att nyckeln i {TOKEN} får läsa persons."
        raise HostError("API:et lämnar inte ut persons.", hint=hint)
    found.add("persons", persons, "persons")
    return found


def _fetch_named(api: _Api, found: Entities) -> None:
    """Fetch, one by one, persons whom a change names but who have not changed themselves."""
    named = {ident for row in found["placements"].values() if (ident := _id_of(row.get("child")))}
    named |= {ident for row in found["duties"].values() if (ident := _id_of(row.get("person")))}
    for person in list(found["persons"].values()):
        responsibles = person.get("responsibles")
        for row in responsibles if isinstance(responsibles, list) else []:
            if isinstance(row, dict) and (ident := _id_of(row.get("person"))):
                named.add(ident)
    seen = set(found["persons"])
    while left := sorted(named - seen):
        for ident in left:
            seen.add(ident)
            fetched = api.one("persons", ident)
            if fetched is None:
                continue
            found.add("persons", [fetched], "persons")
            for row in fetched.get("responsibles") or []:
                if isinstance(row, dict) and (other := _id_of(row.get("person"))):
                    named.add(other)


def _id_of(ref: Any) -> str:
    ident = ref.get("id") if isinstance(ref, dict) else None
    return ident if isinstance(ident, str) else ""


def _checked(address: str) -> str:
    parts = urlsplit(address)
    near = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme.lower() != "https" and not near:
        raise UsageError("API:ets adress måste börja med https.", hint="Personuppgifter skickas aldrig öppet.")
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        hint = "Skriv bara adressen, till exempel https://api.kommunen.se/ss12000/v2.0."
        raise UsageError("API:ets adress har mer än värd och sökväg.", hint=hint)
    return address.rstrip("/")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


@dataclass
class _Api:
    base: str
    token: str = field(repr=False)
    wait: Callable[[float], None] = time.sleep
    opener: urllib.request.OpenerDirector = field(
        default_factory=lambda: urllib.request.build_opener(_NoRedirect), repr=False
    )

    def listed(self, resource: str, query: Query) -> list[Any] | None:
        """Return a whole list, page by page, or None if the server does not have it."""
        found: list[Any] = []
        for answer in self._pages(resource, query):
            if answer is None:
                return None
            if not isinstance(answer.get("data"), list):
                raise HostError(f"Svaret på /{resource} är ingen lista.", hint=_NOT_SS12000)
            found += answer["data"]
        return found

    def deleted(self, since: str) -> list[Any] | None:
        """Return the answers of /deletedEntities; the name of its filter differs between versions."""
        for name in ("meta.modified.after", "after"):
            answers = list(self._pages("deletedEntities", [(name, since)]))
            if None not in answers:
                return answers
        return None

    def one(self, resource: str, ident: str) -> dict[str, Any] | None:
        return self._get(f"/{resource}/{quote(ident, safe='')}", [])

    def _pages(self, resource: str, query: Query) -> Iterator[dict[str, Any] | None]:
        limit = ("limit", str(_LIMIT))
        answer = self._get(f"/{resource}", [*query, limit])
        seen: set[str] = set()
        while True:
            yield answer
            token = answer.get("pageToken") if answer else None
            if not token:
                return
            if not isinstance(token, str) or token in seen or len(seen) > _MOST_PAGES:
                raise HostError(f"Sidorna av /{resource} tar inte slut.", hint=_NOT_SS12000)
            seen.add(token)
            answer = self._get(f"/{resource}", [("pageToken", token), limit])
            if answer is None:
                raise HostError(f"En sida av /{resource} saknas, så listan är inte hel.", hint=_LATER)

    def _get(self, path: str, query: Query) -> dict[str, Any] | None:
        """Return a JSON object, or None if there is nothing like that. Tries again, with longer and longer pauses."""
        address = self.base + path + (f"?{urlencode(query)}" if query else "")
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        request = urllib.request.Request(address, headers=headers)  # noqa: S310 - _checked allows http(s) only
        what = "Servern svarade inte"
        for attempt in range(_TRIES):
            pause = min(2.0**attempt, 30.0)
            try:
                with self.opener.open(request, timeout=_TIMEOUT) as answer:
                    return _object(answer.read(_LONGEST + 1), path)
            except urllib.error.HTTPError as error:
                status, headers_in = error.code, error.headers
                error.close()
                if status == 401:
                    raise HostError(
                        "API:et godtar inte nyckeln.", hint=f"Skaffa en ny och lägg den i {TOKEN}."
                    ) from None
                if status in _ABSENT:
                    return None
                if status not in _AGAIN:
                    raise HostError(f"API:et svarade {status} på {_shown(path)}.", hint=_NOT_SS12000) from None
                what, pause = f"API:et svarade {status}", max(pause, _asked_pause(headers_in))
            except _CutShortError:
                what = "Svaret var avkortat eller inte JSON"
            except (OSError, http.client.HTTPException):
                what = "Servern svarade inte, eller bröt av"
            if attempt < _TRIES - 1:
                self.wait(pause)
        raise HostError(f"{what} på {_shown(path)}, trots {_TRIES} försök.", hint=_LATER)


_LATER = "Kör igen senare. Ingenting har ändrats."
_NOT_SS12000 = "Kontrollera adressen med leverantören. Ingenting har ändrats."


class _CutShortError(Exception):
    """An answer was not whole."""


def _object(raw: bytes, path: str) -> dict[str, Any]:
    if len(raw) > _LONGEST:
        raise HostError(f"Svaret på {_shown(path)} är orimligt långt.", hint=_NOT_SS12000)
    try:
        read = json.loads(raw.decode("utf-8-sig"))
    except ValueError:
        raise _CutShortError from None
    if not isinstance(read, dict):
        raise HostError(f"Svaret på {_shown(path)} är inget SS 12000-svar.", hint=_NOT_SS12000)
    return read


def _shown(path: str) -> str:
    """Return a path without the id of a person."""
    return "/" + path.split("/")[1]


def _asked_pause(headers: Message) -> float:
    written = (headers.get("Retry-After") or "").strip()
    return min(float(written), 60.0) if written.isdigit() else 0.0
