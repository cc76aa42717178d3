"""Pelican's readers, for texts in Markdown, plain texts, and folders without any text.

Knows Markdown and Pelican's reader interface. Does not sanitise: what comes out goes through plugins first, then
through bodies.py.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any, NoReturn

from pelican.readers import BaseReader, MarkdownReader
from pelican.settings import DEFAULT_CONFIG
from pelican.utils import slugify

from pluttra_publish.errors import ContentError
from pluttra_publish.site.dates import read_name
from pluttra_publish.site.folders import Source, nfc
from pluttra_publish.site.frontmatter import Matter, decoded, divide
from pluttra_publish.site.metadata import describe
from pluttra_publish.site.quick_markdown import PostMarkdown, make_markdown
from pluttra_publish.site.run import current_run
from pluttra_publish.site.staff_sections import MisplacedFenceError, Sections, plainly, quoted, sections_of

LONGEST_ADDRESS = 100
_BLANK_LINES = re.compile(r"\n\s*\n")


class UnusableError(Exception):
    """A post can't become a content object; the findings say why."""


class _PostReader(BaseReader):  # type: ignore[misc] # Pelican has no types
    """Reads one post of ours: front matter and name to metadata, body to HTML."""

    file_extensions: list[str] = []  # noqa: RUF012 # Pelican's way; empty, so that no other Pelican finds this reader
    mark = staticmethod(plainly)

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        run = current_run()
        opened = run.reading
        if opened is None:
            raise UnusableError
        source = opened.source
        matter = divide(read_text(source))
        captured = [shot.captured for shot in opened.shots if shot.captured]
        metadata = describe(source, matter, captured, run.around)
        opened.captions = tuple(field for field in matter.fields if field.meaning == "alt")
        opened.clips = tuple(field for field in matter.fields if field.meaning == "clip")
        if metadata is None:
            raise UnusableError
        metadata["slug"] = self._address(source, metadata["slug"])
        for word in ("authors", "tags", "category"):
            if word in metadata:
                metadata[word] = self.process_metadata(word, metadata[word])
        sections = _divided(source, matter)
        html = self.html(replace(matter, body=sections.plain))
        metadata["staff_html"] = None
        if sections.staff:
            metadata["staff_html"] = self.html(replace(matter, body=sections.whole(self.mark)))
        return html, metadata

    def html(self, matter: Matter) -> str:
        return ""

    def _address(self, source: Source, text: str) -> str:
        if source.place.kind == "public" and text == source.stem:
            text = read_name(text).title or text
        address = as_address(text)[:LONGEST_ADDRESS].strip("-_")
        if not address:
            message = "Namnet går inte att göra en adress av."
            mend = "Ge det ett namn med bokstäver eller siffror."
            current_run().findings.error(ContentError, source.name, "namnet", message, mend)
            raise UnusableError
        return address


def as_address(text: str) -> str:
    """Return a text as addresses spell it: a-z, 0-9, `-` and `_`."""
    address = slugify(text.replace("_", " "), regex_subs=DEFAULT_CONFIG["SLUG_REGEX_SUBSTITUTIONS"])
    return re.sub(r"[^0-9a-z_-]+", "", address)


class FolderReader(_PostReader):
    """Reads a post that is a folder of photos, films and sounds without a text."""


class PlainTextReader(_PostReader):
    """Reads plain text: an empty line divides paragraphs, and nothing else has a meaning."""

    def html(self, matter: Matter) -> str:
        blocks = (block.strip() for block in _BLANK_LINES.split(matter.body))
        return "\n".join(f"<p>{escape(block).replace(chr(10), '<br>')}</p>" for block in blocks if block)


class PostMarkdownReader(_PostReader, MarkdownReader):  # type: ignore[misc]
    """Reads Markdown as Pelican does, but with one converter for all posts: making one is most of Pelican's time."""

    mark = staticmethod(quoted)

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__(settings)
        self._converter: PostMarkdown | None = None

    def html(self, matter: Matter) -> str:
        if not matter.body.strip():
            return ""
        if self._converter is None:
            self._converter = make_markdown(self.settings["MARKDOWN"])
        html = str(self._converter.reset().convert(matter.body))
        opened = current_run().reading
        if opened is not None:
            opened.attributes = tuple(self._converter.attributes)
        return html


def _divided(source: Source, matter: Matter) -> Sections:
    try:
        return sections_of(matter.body)
    except MisplacedFenceError as wrong:
        lines = read_text(source).splitlines()
        number = next((n for n, line in enumerate(lines, 1) if line.strip() == wrong.line), 0)
        mend = "Skriv ::: personal på en egen rad före det som bara personalen ska läsa, och ::: på en egen rad efter."
        run = current_run()
        run.findings.error(
            ContentError, source.text_name, f"rad {number}", f"”{wrong.line}” går inte att förstå.", mend
        )
        raise UnusableError from wrong


def read_text(source: Source) -> str:
    """Return a post's text, "" if it has none.

    Raises:
        UnusableError: it can't be read or isn't UTF-8; the findings say so.
    """
    if source.text is None:
        return ""
    try:
        octets = Path(source.text).read_bytes()
    except OSError as error:
        _unreadable(source, f"Filen går inte att läsa ({error.strerror}).", "Kontrollera att du får öppna den.")
    try:
        text = decoded(octets)
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        _unreadable(
            source, "Texten är inte sparad som UTF-8.", "Spara om filen och välj kodningen UTF-8.", f"rad {line}"
        )
    if "\0" in text:
        _unreadable(source, "Filen är ingen text.", "Spara om den som text, eller ta bort den.")
    return nfc(text).replace("\r\n", "\n").replace("\r", "\n")


def _unreadable(source: Source, message: str, mend: str, place: str = "") -> NoReturn:
    current_run().findings.error(ContentError, source.text_name, place, message, mend)
    raise UnusableError
