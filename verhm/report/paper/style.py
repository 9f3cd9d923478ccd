"""How a report looks: its page, its fonts, its tables."""

from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final
from unicodedata import bidirectional

import matplotlib
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import getFont, registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, Table, TableStyle

from verhm.report import look

PAGE: Final = A4
MARGIN: Final = 15 * mm
FOOT: Final = 16 * mm
WIDTH: Final = A4[0] - 2 * MARGIN
HEIGHT: Final = A4[1] - MARGIN - FOOT
_BEGINNING: Final = 40 * mm  # of a section, that stands together

PLAIN, BOLD = "VERHM", "VERHM-Bold"
_FILES: Final = {PLAIN: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}


def colour(name: str) -> HexColor:
    """A colour of `verhm.report.look`."""
    return HexColor(name)


def _style(name: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
    settings = {"fontName": PLAIN, "textColor": colour(look.INK)} | more
    return ParagraphStyle(name, fontSize=size, leading=leading, **settings)


TITLE: Final = _style("title", 15, 19, fontName=BOLD)
WHOSE: Final = _style("whose", 10.5, 19, fontName=BOLD, alignment=TA_RIGHT)
HEADING: Final = _style("heading", 10, 13, fontName=BOLD, spaceBefore=9, spaceAfter=3)
BODY: Final = _style("body", 8, 11)
SMALL: Final = _style("small", 7, 9.4, textColor=colour(look.INK_SOFT))
CELL: Final = _style("cell", 7.6, 9.8)
HEAD: Final = _style("head", 6.8, 8.6, textColor=colour(look.INK_FAINT))
FIGURE: Final = _style("figure", 13, 16, fontName=BOLD)


@cache
def load_fonts() -> None:
    """Make the fonts known: matplotlib brings them, and they hold Latin, Greek and Cyrillic."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for name, file in _FILES.items():
        registerFont(TTFont(name, folder / file))
    registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)


def words(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    """A paragraph of plain text, whatever signs are in it."""
    return Paragraph(escape(readable(text)).replace("\n", "<br/>"), style)


def section(title: str) -> list[Flowable]:
    """A heading that never stands alone at the foot of a page."""
    return [CondPageBreak(_BEGINNING), words(title, HEADING)]


def readable(text: str) -> str:
    """Spell out by number what the font cannot write, or not in its order from right to left.

    A box would make different names look alike.
    """
    glyphs = getFont(PLAIN).face.charToGlyph
    return "".join(
        each
        if each.isspace() or (ord(each) in glyphs and bidirectional(each) not in ("R", "AL"))
        else f"[U+{ord(each):04X}]"
        for each in text
    )


def table(
    header: Sequence[str], rows: Sequence[Sequence[Any]], widths: Sequence[float], **more: Any
) -> Table:
    """A table with lines between its rows; its header stands on every page that it reaches.

    Args:
        header: of the columns; empty for none
        rows: of words, or of whatever else stands in a cell
        widths: of the columns, in shares of the page's width
        more: of `reportlab.platypus.Table`
    """
    head = [[words(name, HEAD) for name in header]] if header else []
    body = [[_cell(each) if isinstance(each, str) else each for each in row] for row in rows]
    sides = [WIDTH * share for share in widths]
    made = Table([*head, *body], sides, repeatRows=len(head), **more)
    made.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                ("TOPPADDING", (0, 0), (-1, -1), 1.6),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, colour(look.LINE)),
            ]
        )
    )
    return made


def _cell(text: str) -> Paragraph:
    """Text in one paragraph without line breaks: a row cannot be higher than a page."""
    return words(" ".join(text.split()), CELL)
