"""Posts and pages: reads `inlagg/` and renders views, in one run of Pelican.

The only importer of Pelican, Markdown, nh3 and Jinja2. Nothing is written to disk. Does not know the register, keys,
derivatives or hosts.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from pluttra_publish.site.colours import Accents, accents_of
from pluttra_publish.site.consent_sheets import ConsentQuestion, FamilyConsentSheet, GuardianSays
from pluttra_publish.site.frontmatter import decoded, returned_text
from pluttra_publish.site.look import STATEMENT, Look, Statement, Support
from pluttra_publish.site.own_theme import PUBLIC_POLICY, RETOLD_POLICY, check_own_theme, check_walls, shell_policy
from pluttra_publish.site.seen import Seen, Sight, see, see_folder
from pluttra_publish.site.shell import ShellFiles, shell_files
from pluttra_publish.site.talk_answers import Agreement, Answers, notes_digest
from pluttra_publish.site.talk_sheets import AnswersSheet, Asked
from pluttra_publish.site.talk_times import Choice, Times, Wish
from pluttra_publish.site.values import (
    Box,
    CardView,
    ConsentSheet,
    Count,
    Edition,
    FilmView,
    GoalSheet,
    Link,
    MediaFile,
    MediaKind,
    MediaView,
    MonthView,
    Pages,
    PhotoView,
    Place,
    Post,
    PostView,
    ProbeLike,
    Sheet,
    ShellView,
    SiteSettings,
    SoundView,
    StandingView,
    Talk,
    TalkSheet,
)

if TYPE_CHECKING:
    from pluttra_publish.site.lookup import PostPhoto, find_photo
    from pluttra_publish.site.pelican_run import press
    from pluttra_publish.site.readers import as_address
    from pluttra_publish.site.talks import read_talks

__all__ = [
    "PUBLIC_POLICY",
    "RETOLD_POLICY",
    "STATEMENT",
    "Accents",
    "Agreement",
    "Answers",
    "AnswersSheet",
    "Asked",
    "Box",
    "CardView",
    "Choice",
    "ConsentQuestion",
    "ConsentSheet",
    "Count",
    "Edition",
    "FamilyConsentSheet",
    "FilmView",
    "GoalSheet",
    "GuardianSays",
    "Link",
    "Look",
    "MediaFile",
    "MediaKind",
    "MediaView",
    "MonthView",
    "Pages",
    "PhotoView",
    "Place",
    "Post",
    "PostPhoto",
    "PostView",
    "ProbeLike",
    "Seen",
    "Sheet",
    "ShellFiles",
    "ShellView",
    "Sight",
    "SiteSettings",
    "SoundView",
    "StandingView",
    "Statement",
    "Support",
    "Talk",
    "TalkSheet",
    "Times",
    "Wish",
    "accents_of",
    "as_address",
    "check_own_theme",
    "check_walls",
    "decoded",
    "find_photo",
    "notes_digest",
    "press",
    "read_talks",
    "returned_text",
    "see",
    "see_folder",
    "shell_files",
    "shell_policy",
]

_LATER = {
    "PostPhoto": "lookup",
    "as_address": "readers",
    "find_photo": "lookup",
    "press": "pelican_run",
    "read_talks": "talks",
}


def __getattr__(name: str) -> object:
    """Load what needs Pelican when it is asked for: a publish of which nothing is new is over in the time that takes."""
    if name not in _LATER:
        raise AttributeError(name)
    importlib.import_module("pluttra_publish.site.light_pelican")
    return getattr(importlib.import_module(f"pluttra_publish.site.{_LATER[name]}"), name)
