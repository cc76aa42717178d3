"""One Markdown converter for all posts, and no step taken with text that it can't change.

Knows Python-Markdown, nothing of posts.

Converts exactly as Python-Markdown does with the same extensions, but for three things that surprise people who write
for people: front matter is not looked for, an indented paragraph is not code, and `#skogen` without a space is no
heading. And braces after an image, `![alt](a.jpg){barn="alva"}`, are taken out of the text and kept aside.
"""

from __future__ import annotations

import re
from typing import Any

from markdown import Markdown
from markdown.blockprocessors import ParagraphProcessor
from markdown.inlinepatterns import (
    IMAGE_LINK_RE,
    IMAGE_REFERENCE_RE,
    ImageInlineProcessor,
    ImageReferenceInlineProcessor,
    ShortImageReferenceInlineProcessor,
)
from markdown.preprocessors import HtmlBlockPreprocessor
from markdown.treeprocessors import InlineProcessor, UnescapeTreeprocessor
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
_STARTS = re.compile(r"[`\\\[!<&\n*_]")  # one of these is in every match of any pattern, also of emphasis
# Braces that touch the image, whatever is in them; further off only if they look like such a list.
_ATTRIBUTES = re.compile(r"(?:[ \t]*\n?[ \t]*(?=\{\s*:?\s*[^\W\d_][\w-]*\s*=))?\{(?P<text>[^{}]*)\}")
_ESCAPED = re.compile("\x02(\\d+)\x03")  # Python-Markdown's own notation while it converts
MARKDOWN: dict[str, Any] = {
    "extensions": [f"markdown.extensions.{name}" for name in ("tables", "sane_lists", "nl2br")],
    "extension_configs": {"markdown.extensions.tables": {"use_align_attribute": True}},
    "output_format": "html",
}
_ONE_LINE = re.compile(r"[^\W\d_][^\n|]*\Z")
_HEADING = re.compile(r"(?:^|\n)(?P<level>#{1,6})[ \t]+(?P<header>(?:\\.|[^\\])*?)#*(?:\n|$)")


class _QuickInline(InlineProcessor):
    """Applies Python-Markdown's inline patterns, those that can match."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        needs = {id(md.inlinePatterns[name]): text for name, text in _NEEDS.items() if name in md.inlinePatterns}
        self._patterns = [(needs.get(id(pattern), ""), pattern) for pattern in md.inlinePatterns]
        self._apply: Any = self._InlineProcessor__applyPattern  # type: ignore[attr-defined]

    def run(self, tree: Any, ancestors: list[str] | None = None) -> Any:
        if not any(_STARTS.search(text) for text in tree.itertext()):
            return tree
        return super().run(tree, ancestors)

    # Python-Markdown's own name for the step; were it renamed, the base class would do the step, more slowly.
    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802, N803 # its names
        if isinstance(data, AtomicString) or not _STARTS.search(data):
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


class _QuickUnescape(UnescapeTreeprocessor):
    """Gives escaped characters back, where there are any."""

    def run(self, root: Any) -> Any:
        return super().run(root) if "\\" in self.md.source else None  # type: ignore[attr-defined]


class _QuickHtml(HtmlBlockPreprocessor):
    """Looks for tags where there may be any."""

    def run(self, lines: list[str]) -> list[str]:
        source = self.md.source  # type: ignore[attr-defined]
        return super().run(lines) if "<" in source or "&" in source else lines


class _QuickParagraph(ParagraphProcessor):
    """Knows at once that one line which starts with a letter, and holds no bar, can be nothing but a paragraph."""

    def test(self, parent: Any, block: str) -> bool:
        return _ONE_LINE.match(block) is not None


class PostMarkdown(Markdown):
    """A converter that keeps the attribute lists of images aside, in `attributes`, as (address, text)."""

    source = ""

    def convert(self, source: str) -> str:
        self.source = source
        return super().convert(source)

    def reset(self) -> PostMarkdown:
        self.attributes: list[tuple[str, str]] = []
        super().reset()
        return self


def _keeping_aside(pattern: type[Any]) -> type[Any]:
    """Return an image pattern that also takes the attribute list after the image."""

    class Keeping(pattern):  # type: ignore[misc]
        def handleMatch(self, m: re.Match[str], data: str) -> tuple[Any, Any, Any]:  # noqa: N802 # its name
            image, start, end = super().handleMatch(m, data)
            found = None if image is None else _ATTRIBUTES.match(data, end)
            if found is None:
                return image, start, end
            address = _ESCAPED.sub(lambda escaped: chr(int(escaped[1])), image.get("src"))
            self.md.attributes.append((address, _ESCAPED.sub(lambda escaped: chr(int(escaped[1])), found["text"])))
            return image, start, found.end()

    return Keeping


_IMAGES = (
    ("image_link", _keeping_aside(ImageInlineProcessor), IMAGE_LINK_RE, 150),
    ("image_reference", _keeping_aside(ImageReferenceInlineProcessor), IMAGE_REFERENCE_RE, 140),
    ("short_image_ref", _keeping_aside(ShortImageReferenceInlineProcessor), IMAGE_REFERENCE_RE, 125),
)


def make_markdown(settings: dict[str, Any]) -> PostMarkdown:
    """Return a converter for Pelican's setting MARKDOWN; call `reset()` before each text."""
    markdown = PostMarkdown(**settings)
    for name, pattern, expression, priority in _IMAGES:
        markdown.inlinePatterns.register(pattern(expression, markdown), name, priority)
    if "meta" in markdown.preprocessors:
        markdown.preprocessors.deregister("meta")
    markdown.parser.blockprocessors.deregister("code")
    headings: Any = markdown.parser.blockprocessors["hashheader"]
    headings.RE = _HEADING
    markdown.parser.blockprocessors.register(_QuickParagraph(markdown.parser), "line", 200)
    markdown.preprocessors.register(_QuickHtml(markdown), "html_block", 20)
    markdown.treeprocessors.register(_QuickInline(markdown), "inline", 20)
    markdown.treeprocessors.register(_QuickUnescape(markdown), "unescape", 0)
    return markdown
