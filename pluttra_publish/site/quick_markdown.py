"""One Markdown converter for all posts, and no pattern tried on text that can't match it.

Knows Python-Markdown, nothing of posts.

Converts exactly as Python-Markdown does with the same extensions, but for three things that surprise people who write
for people: front matter is not looked for, an indented paragraph is not code, and `#skogen` without a space is no
heading.
"""

from __future__ import annotations

import re
from typing import Any

from markdown import Markdown
from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString

# What a text must contain for a pattern of Python-Markdown to match.
_NEEDS = {
    "backtick": "`",
    "escape": "\\",
    "reference": "[",
    "link": "[",
    "image_link": "![",
    "image_reference": "![",
    "short_reference": "[",
    "short_image_ref": "![",
    "autolink": "<",
    "automail": "<",
    "linebreak": "  \n",
    "html": "<",
    "entity": "&",
    "nl": "\n",
}
_HEADING = re.compile(r"(?:^|\n)(?P<level>#{1,6})[ \t]+(?P<header>(?:\\.|[^\\])*?)#*(?:\n|$)")


class _QuickInline(InlineProcessor):
    """Applies Python-Markdown's inline patterns, those that can match."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        needs = {id(md.inlinePatterns[name]): text for name, text in _NEEDS.items() if name in md.inlinePatterns}
        self._patterns = [(needs.get(id(pattern), ""), pattern) for pattern in md.inlinePatterns]
        self._apply: Any = self._InlineProcessor__applyPattern  # type: ignore[attr-defined]

    # Python-Markdown's own name for the step; were it renamed, the base class would do the step, more slowly.
    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802, N803 # its names
        if isinstance(data, AtomicString):
            return data
        index, start = patternIndex, 0
        while index < len(self._patterns):
            need, pattern = self._patterns[index]
            matched = False
            if need in data:
                data, matched, start = self._apply(pattern, data, index, start)
            if not matched:
                index, start = index + 1, 0
        return data


def make_markdown(settings: dict[str, Any]) -> Markdown:
    """Return a converter for Pelican's setting MARKDOWN; call `reset()` before each text."""
    markdown = Markdown(**settings)
    if "meta" in markdown.preprocessors:
        markdown.preprocessors.deregister("meta")
    markdown.parser.blockprocessors.deregister("code")
    headings: Any = markdown.parser.blockprocessors["hashheader"]
    headings.RE = _HEADING
    markdown.treeprocessors.register(_QuickInline(markdown), "inline", 20)
    return markdown
