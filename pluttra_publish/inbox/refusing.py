"""Why a message is refused: one word for each reason, and what it means in Swedish. Knows no messages."""

from __future__ import annotations

from typing import Literal, get_args

Reason = Literal[
    "length", "unknown", "ended", "broken", "newer", "replayed", "stale", "shape", "may-not", "media", "incomplete",
]  # fmt: skip
REASONS: tuple[Reason, ...] = get_args(Reason)

TOLD: dict[Reason, str] = {
    "length": "hade en längd som inget meddelande har",
    "unknown": "kom inte från någon som läser här",
    "ended": "kom från någon vars nyckel inte längre gäller",
    "broken": "var skadade eller ändrade på vägen",
    "newer": "är skrivna av en nyare läsare än det här programmet känner",
    "replayed": "hade redan kommit",
    "stale": "var för gamla, eller skrivna i framtiden",
    "shape": "gick inte att förstå",
    "may-not": "bad om något som avsändaren inte får göra",
    "media": "hade en bild, film eller ljudfil som inte går att använda",
    "incomplete": "kom aldrig fram hela",
}


class RefusedError(Exception):
    """A message may not be used. It carries the reason, and nothing that the message says."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
