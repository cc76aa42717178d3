"""Whether a live host gives what was put there: bytes, types, caching, ranges, lengths. Knows the inventory. Does not know keys."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from pluttra_publish.doctor.asking import Answer, Asking, Unreachable
from pluttra_publish.doctor.outside import RULES, bad
from pluttra_publish.errors import Findings, HostError
from pluttra_publish.hosts import Host, Lying, OnHost, cache_of, content_type, place_of
from pluttra_publish.hosts.paths import LOCK_PATH, is_left_behind

Step = Callable[[str, int, int], None]

_AT_ONCE = 8
_NAMED = 5
_ASKED_AGAIN = 15  # seconds, how often an open reader asks for the root
_OWN_FILES = re.compile(r"\.htaccess|\.well-known/.*|cgi-bin/.*|drop\.cgi")
_NEVER = re.compile(
    r"(.*/)?(pluttra\.toml|[^/]*\.(csv|age|md|docx?|heic|dng|mov))|(inlagg|register|privat|samtal)/.*", re.I
)


def clear_files(host: Asking, known: Mapping[str, Lying], findings: Findings) -> None:
    """Compare every file in the clear – shell, code, public pages – byte for byte with the one that was put."""
    for path, lying in sorted(known.items()):
        if place_of(path) not in {"shell", "code", "public"} or lying.digest is None:
            continue
        answer = host.get(path)
        if answer.status != 200:
            bad(findings, host, f"/{path}", f"Filen saknas: värden svarar {answer.status}.", "Kör pluttra publish.")
        elif hashlib.sha256(answer.content).digest() != lying.digest:
            message = "Filen är inte den som publicerades. Någon, eller något på värden, har ändrat den."
            mend = "Kör pluttra publish. Händer det igen, så byt nycklar till värden och fråga leverantören."
            bad(findings, host, f"/{path}", message, mend)


def served_as(host: Asking, known: Mapping[str, Lying], findings: Findings) -> None:
    """Look at type, caching and encoding of one file of each sort; what is the same of several is told once."""
    alike: dict[_Fault, list[str]] = {}
    for path in _one_of_each(known):
        answer = host.get(path, Accept_Encoding="gzip, br")
        if answer.status == 200:  # what is lacking is told where everything is counted
            for fault in (_type(path, answer), _caching(path, answer), _packed(path, answer)):
                if fault:
                    alike.setdefault(fault, []).append(path)
    for (grave, message), paths in alike.items():
        if grave:
            bad(findings, host, _some(paths), message, RULES)
        else:
            findings.warning(host.url, _some(paths), message, RULES)


def ranges(host: Asking, known: Mapping[str, Lying], findings: Findings) -> None:
    """Ask for the two first and the two last bytes of the longest object: without that no film can be wound."""
    objects = [(lying.length, path) for path, lying in known.items() if place_of(path) == "object"]
    if not objects:
        return
    length, path = max(objects)
    for first, last in ((0, 1), (length - 2, length - 1)):
        answer = host.get(path, Range=f"bytes={first}-{last}")
        told = answer.headers.get("content-range", "")
        if answer.status == 206 and told == f"bytes {first}-{last}/{length}" and len(answer.content) == 2:
            continue
        message = f"Värden ger inte en del av en fil (svarar {answer.status} på Range), så filmer inte går att spola."
        bad(findings, host, f"/{path}", message, "Slå på Range (byteranges) hos värden, eller välj en annan värd.")
        return


def root(host: Asking, known: OnHost, findings: Findings, *, now: datetime, notice: timedelta) -> None:
    """Look whether the root is the one put last, how old it is, and whether asking again is cheap."""
    answer = host.get("root")
    if answer.status != 200:
        bad(findings, host, "/root", f"Roten saknas: värden svarar {answer.status}.", "Kör pluttra publish.")
        return
    if hashlib.sha256(answer.content).digest() != known.root:
        message = "Roten är inte den som publicerades sist från den här datorn."
        mend = "Finns en mellanlagring (CDN) framför värden, så stäng av den för root. Kör sedan pluttra publish."
        bad(findings, host, "/root", message, mend)
    put = datetime.fromtimestamp(known.put / 1e9, UTC)
    if now - put > notice:
        message = f"Inget har publicerats sedan {put:%Y-%m-%d}, och läsarna varnas för att sidan är gammal."
        findings.warning(host.url, "/root", message, "Kör pluttra publish, eller låt datorn göra det varje natt.")
    tag = answer.headers.get("etag")
    if tag is None or host.get("root", If_None_Match=tag).status != 304:
        message = f"Värden svarar inte 304 när roten är oförändrad, fast läsarna frågar var {_ASKED_AGAIN}:e sekund."
        findings.warning(host.url, "/root", message, "Slå på ETag. " + RULES)


def all_there(host: Asking, known: Mapping[str, Lying], findings: Findings, step: Step) -> int:
    """Ask the length of every file that should be there, and return how many were as they should."""
    paths = sorted(known)
    wrong: dict[str, list[str]] = {}
    with ThreadPoolExecutor(_AT_ONCE) as workers:
        told = workers.map(lambda path: _length(host, path), paths)
        for done, (path, length) in enumerate(zip(paths, told, strict=True), 1):
            if isinstance(length, str):
                wrong.setdefault(length, []).append(path)
            elif length != known[path].length:
                wrong.setdefault("har fel längd", []).append(path)
            step("Frågar efter filer", done, len(paths))
    for what, lacking in wrong.items():
        mend = "Kör pluttra publish, som lägger dit det som saknas."
        bad(findings, host, _some(lacking), f"{len(lacking)} av {_files(len(paths))} {what}.", mend)
    return len(paths) - sum(len(lacking) for lacking in wrong.values())


def inside(host: Host, known: OnHost, where: str, findings: Findings) -> None:
    """Look through the host's own list for what is lacking, of another length, or should not be there."""
    there = dict(host.list())
    there.pop(LOCK_PATH, None)
    publish = "Kör pluttra publish."
    for what, paths in (
        ("saknas hos värden", [path for path in known.files if path not in there]),
        ("har fel längd hos värden", [p for p, n in there.items() if p in known.files and known.files[p].length != n]),
        ("ligger hos värden utan att höra till webbplatsen", [path for path in there if path not in known.files]),
    ):
        if paths:
            findings.error(HostError, where, _some(paths), f"{_files(len(paths))} {what}.", publish)
    for path in sorted(host.strangers()):
        name = path.rpartition("/")[2]
        if is_left_behind(name):
            findings.warning(where, path, "Rest efter en avbruten publicering.", publish + " Den städar.")
        elif _NEVER.fullmatch(path):
            message = "Filen hör inte hemma på värden, och kan visa något om barn eller nycklar."
            findings.error(HostError, where, path, message, "Ta bort den genast.")
        elif not _OWN_FILES.fullmatch(path):
            message = "Filen är inte vår. Allt på samma adress kan läsa familjernas nycklar."
            findings.warning(where, path, message, "Ta bort den, eller flytta den till en annan adress.")


def _length(host: Asking, path: str) -> int | str:
    """Return how long the host says that a file is, or what is wrong."""
    try:
        answer = host.get(path, method="HEAD")
    except Unreachable:
        return "kunde inte hämtas"
    if answer.status != 200:
        return f"saknas (svar {answer.status})" if answer.lacking else f"ges inte (svar {answer.status})"
    said = answer.headers.get("content-length", "")
    return int(said) if said.isdigit() else "ges utan längd"


_Fault = tuple[bool, str]
"""Whether it must be mended, and what it is."""


def _type(path: str, answer: Answer) -> _Fault | None:
    wanted = content_type(path).partition(";")[0]
    if answer.media_type == wanted:
        return None
    grave = path.endswith((".js", ".css", ".html")) or answer.media_type == "text/html"
    return grave, f"Filen ges som {answer.media_type or 'ingenting'} i stället för {wanted}."


def _packed(path: str, answer: Answer) -> _Fault | None:
    packed = answer.headers.get("content-encoding")
    if not packed or place_of(path) not in {"object", "keyring", "root"}:
        return None
    return True, f"Värden packar om en förseglad fil ({packed}), så den inte kan läsas i delar."


def _caching(path: str, answer: Answer) -> _Fault | None:
    said = answer.headers.get("cache-control", "").lower()
    lasts = re.search(r"max-age=(\d+)", said)
    kept = 0 if "no-cache" in said or "no-store" in said else int(lasts[1]) if lasts else None
    match cache_of(path):
        case "revalidate" if kept is None:
            return False, "Värden säger inte hur länge filen får sparas, så den som läser kan få en gammal."
        case "revalidate" if kept:
            return True, f"Filen får sparas i {kept} sekunder, fast den ska frågas efter varje gång."
        case "forever" if not kept or kept < 86_400:
            return False, "Filen ändras aldrig, men värden låter den inte sparas, så sidan blir trög och dyr."
        case "short" if kept is None or kept > 86_400:
            return False, "En öppen sida får sparas för länge efter en ändring."
        case _:
            return None


def _one_of_each(known: Mapping[str, Lying]) -> Iterator[str]:
    """Yield the shortest file of each place and ending."""
    shortest: dict[tuple[str | None, str], str] = {}
    for path, _ in sorted(known.items(), key=lambda item: (item[1].length, item[0])):
        name = path.rpartition("/")[2]
        shortest.setdefault((place_of(path), name.rpartition(".")[2] if "." in name else ""), path)
    yield from sorted(shortest.values())


def _files(count: int) -> str:
    return f"{count} fil" if count == 1 else f"{count} filer"


def _some(paths: list[str]) -> str:
    rest = f" och {len(paths) - _NAMED} till" if len(paths) > _NAMED else ""
    return ", ".join(sorted(paths)[:_NAMED]) + rest
