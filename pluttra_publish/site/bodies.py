"""HTML made harmless: tags from an allow-list, images that are the post's own, links that stay with their readers.

Knows nh3 and the form of its output. Does not know Markdown, Pelican, or which readers a place has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import unquote

import nh3

from pluttra_publish.site.folders import nfc

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_TAGS = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "hr", "br",
    "table", "thead", "tbody", "tr", "th", "td",
    "em", "strong", "i", "b", "s", "del", "ins", "sub", "sup", "code", "small", "mark", "q", "cite", "abbr", "a", "img",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
}
_GONE_WITH_CONTENT = {
    "script", "style", "svg", "math", "template", "iframe", "object", "noscript", "noembed", "textarea", "title",
    "select",
}  # fmt: skip

_TAG = re.compile(r'<(?P<end>/?)(?P<tag>[a-z][a-z0-9]*)(?P<attributes>(?:\s+[a-z-]+="[^"]*")*)\s*>')
_IMAGE = re.compile(r'<img(?P<attributes>(?:\s+[a-z-]+="[^"]*")*)\s*>')
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_EMPTY_PARAGRAPH = re.compile(r'<p>(?:\s|<(?!/?p>)/?[a-z][a-z0-9]*(?:\s+[a-z-]+="[^"]*")*\s*>)*</p>\n?')
_EDGE_BREAK = re.compile(r"(?<=<p>)(?:\s*<br>)+\s*|\s*(?:<br>\s*)+(?=</p>)")
_HEADING = re.compile(r"(?<=<)(/?)h([1-6])(?=>)")
_PARAGRAPH = re.compile(r"<(p|li|td|blockquote)>(.*?)</\1>", re.DOTALL)
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_DEAD_LINK = re.compile(r'<a(?:\s+(?!href=)[a-z-]+="[^"]*")*>(.*?)</a>', re.DOTALL)
_POST_LINK = re.compile(r'<a href="#/p/@(\d+)"((?:\s+[a-z-]+="[^"]*")*)>(.*?)</a>', re.DOTALL)
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028\u2029\ufeff]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


@dataclass
class Body:
    """A body while it is cleaned.

    `images` are its media as (name, alt), `faults` what could not stay as (value, message, mend).
    """

    media: Mapping[str, str]
    resolve: Callable[[str], int | tuple[str, str]]
    html: str = ""
    images: list[tuple[str, str]] = field(default_factory=list)
    faults: list[tuple[str, str, str]] = field(default_factory=list)


class Cleaner:
    """Cleans one body at a time; made once per run because building the allow-list is the slow part."""

    def __init__(self) -> None:
        self._body = Body({}, lambda _: 0)
        self._nh3 = nh3.Cleaner(
            tags=_TAGS,
            clean_content_tags=_GONE_WITH_CONTENT,
            attributes=_ATTRIBUTES,
            attribute_filter=self._attribute,
            url_schemes=set(SCHEMES),
            link_rel="noopener noreferrer",
        )

    def clean(self, html: str, media: Mapping[str, str], resolve: Callable[[str], int | tuple[str, str]]) -> Body:
        """Return `html` as it may be shown.

        `media` maps the case-folded names of the post's media to their names; `resolve` turns a relative link into the
        number of a post link, or into a message and its mend.
        """
        self._body = body = Body(media, resolve)
        cleaned = self._nh3.clean(html)
        if "<h" in cleaned:
            cleaned = _lower_headings(cleaned)
        if "<a " in cleaned:
            cleaned = _DEAD_LINK.sub(r"\1", cleaned)
        if "<img" in cleaned:
            cleaned, lost = _lift(cleaned, body.images)
            if lost and not body.faults:
                mend = "Spara bilden i inläggets mapp och skriv dess filnamn."
                body.faults.append(("<img", "En bild i texten går inte att visa.", mend))
        body.html = cleaned.strip()
        return body

    def _attribute(self, tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            return self._image(value)
        if tag == "a" and attribute == "href":
            return self._link(value)
        return value

    def _image(self, value: str) -> str | None:
        plain = _UNSEEN.sub("", value)
        if plain.startswith(("//", "\\")) or (_SCHEME.match(plain) and nfc(value).casefold() not in self._body.media):
            mend = "Spara bilden i inläggets mapp och skriv dess filnamn."
            self._body.faults.append(
                (value, f"Bilden ”{_short(value)}” ligger på en annan plats och laddas inte utifrån.", mend)
            )
            return None
        wanted = local_name(value)
        name = self._body.media.get(nfc(wanted).casefold())
        if name is None:
            mend = "Lägg filen i inläggets mapp, eller rätta namnet."
            self._body.faults.append((value, f"Filen ”{_short(wanted)}” finns inte i inläggets mapp.", mend))
        return name

    def _link(self, value: str) -> str | None:
        plain = _UNSEEN.sub("", value)
        scheme = _SCHEME.match(plain)
        if scheme:
            return value.strip() if scheme[1].lower() in SCHEMES else None
        if plain.startswith("#") or not plain:
            return None
        found = self._body.resolve(value)
        if isinstance(found, int):
            return f"#/p/@{found}"
        self._body.faults.append((value, *found))
        return None


def place_figures(html: str, figure: Callable[[str, str], str], post_link: Callable[[int], str | None]) -> str:
    """Return a cleaned body with figures for media and addresses for post links; a link without a goal becomes text.

    `figure` gets a medium's name, and the caption it has in this place or nothing.
    """
    if "<img" in html:

        def placed(match: re.Match[str]) -> str:
            attributes = dict(_ATTRIBUTE.findall(match["attributes"]))
            return figure(unescape(attributes["src"]), unescape(attributes.get("title", "")))

        html = _IMAGE.sub(placed, html)
    if '"#/p/@' in html:

        def link(match: re.Match[str]) -> str:
            goal = post_link(int(match[1]))
            return f'<a href="{escape(goal)}"{match[2]}>{match[3]}</a>' if goal else match[3]

        html = _POST_LINK.sub(link, html)
    return html


def plain_text(html: str) -> str:
    """Return the words of cleaned HTML on one line."""
    return " ".join(unescape(_TAG.sub("", html.replace("<br>", " "))).split())


def summarise(html: str, longest: int = 200) -> str:
    """Return as many of a cleaned body's first sentences as fit in `longest` characters, or one cut at a word."""
    words = ""
    for match in _PARAGRAPH.finditer(html):
        words = f"{words} {plain_text(match[2])}".strip()
        if len(words) > longest:
            break
    if len(words) <= longest:
        return words
    kept = ""
    for sentence in _SENTENCE_END.split(words):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > longest:
            break
        kept = longer
    return kept or words[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"


def _lower_headings(html: str) -> str:
    """Move headings down so that the post's title is the only h1."""
    if "<h1>" not in html:
        return html
    return _HEADING.sub(lambda match: f"{match[1]}h{min(6, int(match[2]) + 1)}", html)


def _lift(html: str, images: list[tuple[str, str]]) -> tuple[str, bool]:
    """Move images out of paragraphs, to stand between them; tell whether any was dropped because it leads nowhere."""
    out: list[str] = []
    inside: list[re.Match[str]] = []  # open tags from the paragraph inwards
    end, lost = 0, False
    for match in _TAG.finditer(html):
        out.append(html[end : match.start()])
        end = match.end()
        tag = match["tag"]
        if tag == "img":
            attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(match["attributes"])}
            if "src" not in attributes:
                lost = True
                continue
            alt = " ".join(attributes.get("alt", "").split())
            images.append((attributes["src"], alt))
            caption = " ".join(attributes.get("title", "").split())
            said = f' title="{escape(caption)}"' if caption else ""
            image = f'<img src="{escape(attributes["src"])}" alt="{escape(alt)}"{said}>'
            closing = "".join(f"</{opened['tag']}>" for opened in reversed(inside))
            out.append(f"{closing}\n{image}\n{''.join(opened[0] for opened in inside)}" if inside else image)
            continue
        out.append(match[0])
        if tag in {"br", "hr"}:
            continue
        if match["end"]:
            if inside and inside[-1]["tag"] == tag:
                inside.pop()
        elif inside or tag == "p":
            inside.append(match)
    out.append(html[end:])
    return _EMPTY_PARAGRAPH.sub("", _EDGE_BREAK.sub("", "".join(out))), lost


def local_name(value: str) -> str:
    """Return the file name meant by an image's address, also when written the Pelican way."""
    value = re.sub(r"^[{|](?:static|attach|filename)[|}]", "", unquote(value).strip())
    return value.removeprefix("./")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
