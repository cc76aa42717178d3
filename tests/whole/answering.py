"""What has been answered about photos, and who may be shown by it, as docs/samtycken.md says. Uses nothing of ours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

LONG_AGO = date(2019, 1, 1)


@dataclass
class Said:
    """A row: a guardian's answer or, without one, the preschool's legal basis."""

    child: str
    by: str = ""
    yes: bool = True
    day: date = LONG_AGO
    withdrawn: date | None = None
    purpose: str = "foto"

    def row(self) -> list[str]:
        answer, basis = ("", "Allmänt intresse") if not self.by else ("ja" if self.yes else "nej", "")
        gone = self.withdrawn.isoformat() if self.withdrawn else ""
        return [self.child, self.purpose, answer, basis, self.day.isoformat(), self.by, "", gone]


@dataclass(frozen=True)
class Moment:
    """A day, and whether what was answered and withdrawn that very day is known yet."""

    day: date
    answered: bool = True
    withdrawn: bool = True

    def stands(self, said: Said) -> bool:
        return said.yes and (
            said.withdrawn is None or said.withdrawn > self.day or (said.withdrawn == self.day and not self.withdrawn)
        )

    def newest(self, rows: Iterable[Said]) -> list[Said]:
        """Of one who answered, the rows of the latest day."""
        known = [said for said in rows if said.day < self.day or (said.day == self.day and self.answered)]
        return [said for said in known if said.day == max(one.day for one in known)]


def may_be_shown(rows: list[Said], child: str, guardians: set[str], moment: Moment) -> bool:
    """Whether a child with these guardians might be shown at that moment."""
    about = [said for said in rows if said.child == child]
    answers = {by: moment.newest(said for said in about if said.by == by) for by in guardians}
    answered = {by: all(map(moment.stands, newest)) for by, newest in answers.items() if newest}
    if not all(answered.values()):
        return False
    basis = moment.newest(said for said in about if not said.by)
    return bool(answered) or (bool(basis) and all(map(moment.stands, basis)))


def moments(since: date, through: date) -> Iterable[Moment]:
    for offset in range((through - since).days + 1):
        day = since + timedelta(days=offset)
        yield from (Moment(day, False, False), Moment(day, True, False), Moment(day))
