"""How recurring posts begin: texts to fill in, ours and the preschool's own in `mallar/`. Knows no posts."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from pluttra_publish.errors import UsageError
from pluttra_publish.settings import Settings

FOLDER = "mallar"
DEFAULT = "Status: utkast\nBarn:\n\nSkriv här. Lägg bilder, film och ljud i samma mapp.\n"

BUILT_IN: Mapping[str, str] = {
    "reflektion": """Status: utkast
Barn:
Av:
Mål:

Vad hände? Skriv det du såg och hörde, gärna med barnens egna ord.

Vad verkade barnen vara ute efter? Vad undersökte de, vad undrade de?

Vad tar vi med oss? Vad erbjuder vi dem i morgon?

::: personal
Vad säger det här om vår undervisning? Vad prövar vi att ändra?
:::
""",
    "veckobrev": """Status: utkast
Av:

Det här har vi gjort i veckan.

- Måndag:
- Tisdag:
- Onsdag:
- Torsdag:
- Fredag:

**Nästa vecka** tänker vi …

**Bra att ha med:**

**Att hålla reda på:** datum, stängningsdagar, vem som är ledig.
""",
    "utflykt": """Status: utkast
Barn:
Av:

Vart gick vi, och hur tog vi oss dit?

Vad hittade vi? Vad var spännande, vad var svårt?

Vad vill barnen göra nästa gång?

::: personal
Vilka var med av personalen, vad ska vi tänka på till nästa gång?
:::
""",
}


def post_template(settings: Settings, name: str) -> str:
    """Return the text that a post begins with: the preschool's own of that name, else ours.

    Raises:
        UsageError: there is none; the hint lists those there are.
    """
    wanted = unicodedata.normalize("NFC", name).casefold().removesuffix(".md")
    own = _own(settings)
    if wanted in own:
        return own[wanted]
    if wanted in BUILT_IN:
        return BUILT_IN[wanted]
    known = ", ".join(sorted({*own, *BUILT_IN}))
    raise UsageError(f"Mallen ”{name}” finns inte.", hint=f"Det finns {known}. Egna läggs i {FOLDER}/ som .md-filer.")


def _own(settings: Settings) -> dict[str, str]:
    folder = settings.root / FOLDER
    if not folder.is_dir():
        return {}
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.md")):
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{FOLDER}/{path.name} går inte att läsa.", hint="Spara om den som UTF-8.") from error
        found[unicodedata.normalize("NFC", path.stem).casefold()] = text.replace("\r\n", "\n")
    return found
