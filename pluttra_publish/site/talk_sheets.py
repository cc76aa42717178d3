"""What the pages of a talk show of what a family is asked and has said. Values only: who has which time, and who may read what, is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from pluttra_publish.site.talk_answers import Answers
from pluttra_publish.site.talk_times import Wish


@dataclass(frozen=True)
class Asked:
    """What a talk's own page asks, and what it says to all who read it of what was answered: never the answers themselves.

    `way_back` tells whether anything can be answered there; `choosing`, `changing`, `answering` and `agreeing` what is asked for now, there or otherwise. `free` are the times that can
    be had, and `missed` those that the family asked for and didn't get. `answered` and `agreed` say who has, and when.
    """

    way_back: bool = False
    choosing: bool = False
    changing: bool = False
    free: tuple[datetime, ...] = ()
    missed: tuple[datetime, ...] = ()
    chosen_by: str = ""
    answer_by: date | None = None
    passed: bool = False
    answering: bool = False
    answered: tuple[tuple[str, datetime | None], ...] = ()
    agreeing: bool = False
    agreed: tuple[tuple[str, datetime], ...] = ()
    notes: str = ""


@dataclass(frozen=True)
class AnswersSheet:
    """What the staff read of a talk: all that the child's guardians have said. `talk` is the id of the talk's own page, `settled` when it is, if that is decided."""

    talk: str
    settled: datetime | None
    chosen_by: str
    wishes: tuple[Wish, ...]
    answers: tuple[Answers, ...]
    agreed: tuple[tuple[str, datetime], ...]
    kind: Literal["talk"] = field(default="talk", init=False)
