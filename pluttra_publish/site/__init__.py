"""Posts and pages: reads `inlagg/` and renders views, in one run of Pelican.

The only importer of Pelican, Markdown, nh3 and Jinja2. Nothing is written to disk. Does not know the register, keys,
derivatives or hosts.
"""

from __future__ import annotations

from pluttra_publish.site.press import press
from pluttra_publish.site.shell import ShellFiles, shell_files
from pluttra_publish.site.values import (
    Count,
    Edition,
    FilmView,
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
    ShellView,
    SiteSettings,
    SoundView,
)

__all__ = [
    "Count",
    "Edition",
    "FilmView",
    "MediaFile",
    "MediaKind",
    "MediaView",
    "MonthView",
    "Pages",
    "PhotoView",
    "Place",
    "Post",
    "PostView",
    "ProbeLike",
    "ShellFiles",
    "ShellView",
    "SiteSettings",
    "SoundView",
    "press",
    "shell_files",
]
