"""The preschool's own look and its public words: settings and theme folder to the shell, and what is wrong with them. Knows no keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pluttra_publish.errors import ContentError, Findings, LeakError
from pluttra_publish.resources import theme_folder
from pluttra_publish.settings import FILE, Settings
from pluttra_publish.site import (
    PUBLIC_POLICY,
    RETOLD_POLICY,
    STATEMENT,
    Accents,
    Look,
    Pages,
    Post,
    ShellFiles,
    ShellView,
    Statement,
    Support,
    accents_of,
    check_own_theme,
    check_walls,
    shell_files,
    shell_policy,
)

UNFILLED = "[Fyll i"
"""How the pages that `pluttra init` writes mark what only the preschool knows."""

_LOGO_HEAD, _LOGO_HEIGHT = "icon-head.png", 40
_PNG = "image/png"


def dress(settings: Settings, findings: Findings) -> tuple[ShellFiles, ShellView]:
    """Return the shell's files with the preschool's colour, styles and icons, and what the shell shows; add what is wrong to `findings`."""
    house = theme_folder()
    check_own_theme(settings.theme, house, findings)
    accents, icons = _accents(settings, findings), _icons(settings, findings)
    theme = (settings.theme, house) if not findings.errors else (house,)
    files = shell_files(theme, accents=accents, icons=icons)
    support = Support(settings.contact, settings.email, settings.phone)
    look = _look(accents, icons)
    return files, ShellView(
        files.version, files.modules, files.style, settings.rules, support, look, settings.drop_targets
    )


def statement_of(settings: Settings, findings: Findings) -> Statement:
    """Return the accessibility statement; what it lacks is a warning where families read."""
    said = settings.accessibility
    if not settings.is_local:
        mend = "Läs docs/utseende.md, bedöm webbplatsen, och skriv dagen."
        if said.assessed is None:
            message = "Tillgänglighetsredogörelsen säger inte när webbplatsen bedömdes."
            findings.warning(FILE, "accessibility.assessed", message, mend)
        if not (settings.email or settings.phone):
            message = "Tillgänglighetsredogörelsen säger inte vart man vänder sig."
            findings.warning(FILE, "email", message, "Skriv email eller phone överst i filen.")
    return Statement(
        actor=said.actor or settings.name,
        compliance=said.compliance,
        shortcomings=said.shortcomings if said.compliance != "full" else (),
        burdens=said.burdens,
        exempt=said.exempt,
        assessed=said.assessed,
        updated=said.updated or said.assessed,
        method=said.method,
    )


def check_public(posts: Iterable[Post], findings: Findings) -> None:
    """Add a finding for each public page that takes the statement's address, or where something is still to be filled in."""
    for post in posts:
        if post.place.kind != "public":
            continue
        if post.address == STATEMENT:
            message = "Tillgänglighetsredogörelsen görs av inställningarna, och har redan den adressen."
            mend = f"Ge sidan ett annat namn, och skriv redogörelsen under [accessibility] i {FILE}."
            findings.error(ContentError, post.source, "namnet", message, mend)
        if UNFILLED in post.body or UNFILLED in post.title:
            message = f"På sidan står det fortfarande ”{UNFILLED} …]”, och alla kan läsa den."
            findings.warning(post.source, "texten", message, "Skriv det som ska stå där, eller ta bort det.")


def check_pages(pages: Pages, targets: Sequence[str] = ()) -> None:
    """Refuse pages in the clear that are not walled in, whatever a preschool's own templates say.

    Raises:
        LeakError: a template has let go of the policy, or brought in a program of its own.
    """
    check_walls(pages.shell, shell_policy(targets), "shell.html")
    for page in pages.retold.values():
        check_walls(page, RETOLD_POLICY, "retold.html")
    for path, page in pages.public.items():
        check_walls(page, PUBLIC_POLICY, "statement.html" if path == f"sida/{STATEMENT}.html" else "public.html")
        if b"<script" in page.lower():
            raise LeakError("En sida som alla kan läsa har ett program i sig. Ingenting har publicerats.")


def _accents(settings: Settings, findings: Findings) -> Accents | None:
    if not settings.look.colour:
        return None
    accents = accents_of(settings.look.colour)
    if accents.moved:
        message = f"Färgen {settings.look.colour} är för ljus för att läsas på papper. Sidorna använder {accents.light} i stället."
        mend = f'Skriv colour = "{accents.light}" om det är bra så, eller välj en mörkare färg.'
        findings.warning(FILE, "theme.colour", message, mend)
    return accents


def _icons(settings: Settings, findings: Findings) -> Mapping[str, bytes] | None:
    logo = settings.look.logo
    if logo is None:
        return None
    from pluttra_publish.media import logo_files  # noqa: PLC0415 # with Pillow

    try:
        return logo_files(logo)
    except ContentError as wrong:
        mend = "Spara märket som PNG." if logo.suffix.lower() == ".svg" else wrong.hint
        findings.error(ContentError, FILE, "theme.logo", str(wrong), mend)
        return None


def _look(accents: Accents | None, icons: Mapping[str, bytes] | None) -> Look:
    light = accents.light if accents else Look.light
    if icons is None:
        return Look(light=light)
    width, height = _size(icons[_LOGO_HEAD])
    return Look(
        icon=("/icon-192.png", _PNG),
        logo=(f"/{_LOGO_HEAD}", max(1, round(width * _LOGO_HEIGHT / height)), _LOGO_HEIGHT),
        icons=(
            ("/icon-192.png", "192x192", _PNG, "any"),
            ("/icon-512.png", "512x512", _PNG, "any"),
            ("/icon-512-maskable.png", "512x512", _PNG, "maskable"),
        ),
        light=light,
        own_logo=True,
    )


def _size(png: bytes) -> tuple[int, int]:
    """Return width and height of a PNG, which stand in its first chunk."""
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
