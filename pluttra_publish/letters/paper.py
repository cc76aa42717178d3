"""Letters to A4 pages with a square code, as one PDF. Knows fpdf2, QR and the fonts beside it. Does not know whom letters are to, and writes no file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

import segno
from fpdf import FPDF, XPos, YPos

from pluttra_publish.letters.said import Said

_FONTS = Path(__file__).parent / "fonts"
_LATIN, _ARABIC = "NotoSans", "NotoSansArabic"
_MARGIN, _WIDTH, _HEIGHT = 24.0, 210.0, 297.0  # mm
_CODE = 62.0
_QUIET = 4  # modules that must stay white around the code
_SIZES = (12.0, 11.0, 10.0, 9.0)  # pt: the largest that fits the page
_LINE = 0.53  # mm for each pt
_ISOLATES = {0x2068: None, 0x2069: None}  # in letters of one direction a page needs none, and no font draws them
_INK, _FAINT, _PAPER = (38, 34, 28), (93, 86, 75), (253, 241, 215)


@dataclass(frozen=True)
class _Block:
    text: str
    size: float = 1.0
    bold: bool = False
    gap: float = 1.0
    boxed: bool = False


def paper(letters: Iterable[Said], *, now: datetime) -> bytes:
    """Return a PDF with one page for each letter, in its own language and direction."""
    pdf = FPDF(format="A4")
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(auto=False)
    pdf.c_margin = 0
    pdf.set_creation_date(now)
    pdf.set_producer("Pluttra Publish")
    for family in (_LATIN, _ARABIC):
        for style, name in (("", "Regular"), ("B", "Bold")):
            pdf.add_font(family, style, _FONTS / f"{family}-{name}.ttf")
    for said in letters:
        _Page(pdf, said).draw()
    return bytes(pdf.output())


class _Page:
    """One letter on one page."""

    def __init__(self, pdf: FPDF, said: Said) -> None:
        self._pdf = pdf
        self._said = said
        self._rtl = said.direction == "rtl"
        self._family, other = (_ARABIC, _LATIN) if said.language == "ar" else (_LATIN, _ARABIC)
        pdf.set_fallback_fonts([other], exact_match=False)

    def draw(self) -> None:
        pdf, said = self._pdf, self._said
        pdf.add_page()
        pdf.set_lang(said.language)
        above = [
            _Block(said.sender, 0.9, gap=2.2),
            _Block(said.subject, 1.7, bold=True, gap=1.3),
            _Block(said.greeting, 1.1, bold=True),
            *(_Block(text) for text in said.before),
        ]
        below = [_Block(said.warning, bold=True, gap=1.4, boxed=True), *(_Block(text) for text in said.after), _Block(said.keep)]  # fmt: skip
        room = _HEIGHT - 2 * _MARGIN - _CODE - 14
        size = next((s for s in _SIZES if sum(self._height(one, s) for one in (*above, *below)) <= room), _SIZES[-1])
        for block in above:
            self._write(block, size)
        self._code(size)
        for block in below:
            self._write(block, size)

    def _code(self, size: float) -> None:
        """Draw the code, what to do with it beside it, and the link itself below."""
        pdf, top = self._pdf, self._pdf.get_y() + 2
        left = _WIDTH - _MARGIN - _CODE if self._rtl else _MARGIN
        code = segno.make(self._said.url, error="m", micro=False)
        rows = [list(row) for row in code.matrix_iter(border=_QUIET)]
        module = _CODE / len(rows)
        pdf.set_fill_color(0, 0, 0)
        for y, row in enumerate(rows):
            x = 0
            while x < len(row):
                dark = x
                while x < len(row) and row[x]:
                    x += 1
                if x > dark:
                    pdf.rect(left + dark * module, top + y * module, (x - dark) * module, module, style="F")
                x += 1
        beside = _MARGIN if self._rtl else _MARGIN + _CODE + 6
        pdf.set_xy(beside, top + 8)
        self._text(_Block(self._said.beside), size, width=_WIDTH - 2 * _MARGIN - _CODE - 6, left=beside)
        pdf.set_xy(_MARGIN, top + _CODE + 2)
        pdf.set_text_color(*_FAINT)
        pdf.set_font(_LATIN, size=9)
        self._shape(rtl=False)
        align = "R" if self._rtl else "L"
        pdf.multi_cell(
            _WIDTH - 2 * _MARGIN, 9 * _LINE, self._said.url, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        pdf.set_y(pdf.get_y() + 5)

    def _write(self, block: _Block, size: float) -> None:
        if not block.text:
            return
        pdf, width = self._pdf, _WIDTH - 2 * _MARGIN
        if not block.boxed:
            pdf.set_x(_MARGIN)
            self._text(block, size, width=width, left=_MARGIN)
        else:
            pad, tall = 4.0, self._height(block, size) - size * _LINE * block.gap
            top = pdf.get_y()
            pdf.set_fill_color(*_PAPER)
            pdf.rect(_MARGIN, top, width, tall, style="F")
            pdf.set_xy(_MARGIN + pad, top + pad)
            self._text(block, size, width=width - 2 * pad, left=_MARGIN + pad)
            pdf.set_y(top + tall)
        pdf.set_y(pdf.get_y() + size * _LINE * block.gap * 0.7)

    def _height(self, block: _Block, size: float) -> float:
        if not block.text:
            return 0
        pad = 4.0 if block.boxed else 0.0
        tall = self._text(block, size, width=_WIDTH - 2 * _MARGIN - 2 * pad, left=_MARGIN, dry=True)
        return tall + 2 * pad + size * _LINE * block.gap

    def _text(self, block: _Block, size: float, *, width: float, left: float, dry: bool = False) -> float:
        """Write a text, or only (`dry`) measure it; return how tall it is."""
        pdf, big = self._pdf, size * block.size
        pdf.set_font(self._family, "B" if block.bold else "", big)
        pdf.set_text_color(*_INK)
        self._shape(rtl=self._rtl)
        if not dry:
            pdf.set_x(left)
        tall = pdf.multi_cell(
            width,
            big * _LINE,
            block.text.translate(_ISOLATES),
            align="R" if self._rtl else "L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            dry_run=dry,
            output="HEIGHT",
        )
        return cast("float", tall)

    def _shape(self, *, rtl: bool) -> None:
        if rtl:
            self._pdf.set_text_shaping(True, direction="rtl", script="arab", language="ara")
        else:
            self._pdf.set_text_shaping(True, direction="ltr", script="latn")
