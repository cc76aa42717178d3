"""What every whole page shows of the preschool itself: colour, logo, support, and the accessibility statement. Values; free of persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

STATEMENT = "tillganglighet"
"""The address of the accessibility statement among the public pages."""

SUPERVISION = "https://www.digg.se/tdosanmalan"
"""Where whoever is not content with the answer turns, by law."""


@dataclass(frozen=True)
class Look:
    """`icon` is the page's icon, `logo` the picture in its head, with its size; `icons` the manifest's (path, sizes, type, purpose).

    `light` and `dark` are what a browser paints its own frame with.
    """

    icon: tuple[str, str] = ("/icon.svg", "image/svg+xml")
    logo: tuple[str, int, int] = ("/icon.svg", 36, 36)
    icons: tuple[tuple[str, str, str, str], ...] = (
        ("/icon.svg", "any", "image/svg+xml", "any"),
        ("/icon-192.png", "192x192", "image/png", "any"),
        ("/icon-512.png", "512x512", "image/png", "any maskable"),
    )
    light: str = "#fbf7ef"
    dark: str = "#1b1815"
    own_logo: bool = False


@dataclass(frozen=True)
class Support:
    """Who helps, and how to reach them; each may be empty but the first."""

    contact: str = "förskolan"
    email: str = ""
    phone: str = ""

    @property
    def dialled(self) -> str:
        """The telephone number as an address."""
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")


@dataclass(frozen=True)
class Statement:
    """The accessibility statement that the law on digital public service asks for. `assessed` is None where nobody has assessed it yet."""

    actor: str
    compliance: Literal["full", "partly", "not"] = "partly"
    shortcomings: tuple[str, ...] = ()
    burdens: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    assessed: date | None = None
    updated: date | None = None
    method: str = ""
