"""The language of whoever asks: English, or one that has a catalog in `verhm/languages`.

English texts stand where they are used and are their own keys (gettext's msgids). What is kept or
handed to another program stays English, errors too: `retold` tells it to a person in their own
language.
"""

import io
import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

ENGLISH: Final = "en"
# By the name that its speakers know it by. Whoever asks for another one is answered in English.
LANGUAGES: Final[Mapping[str, str]] = {ENGLISH: "English", "de": "Deutsch"}
CATALOGS: Final = Path(__file__).parent / "languages"

# Whose texts the page's scripts say: their own, and those that stand in a result's data.
SCRIPTS: Final = (
    ".js",
    "verhm/labels.py",
    "verhm/annotations.py",
    "verhm/report/look.py",
    "verhm/settings.py",
    "ui/made_up.py",
    "ui/session_form.py",
)
_LONGEST: Final = 400  # characters; matching what is much longer could take seconds
_DEEPEST: Final = 2  # sentences within sentences
_FIGURE: Final = re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])")
_PLACE: Final = re.compile(r"\{(\w+)\}")

_SPOKEN: ContextVar[str] = ContextVar("language", default=ENGLISH)


def language() -> str:
    """Code of the language in which to answer; English where nobody in particular asks."""
    return _SPOKEN.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Answer in a language, within one request or event."""
    before = _SPOKEN.set(code)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def _(message: str) -> str:
    """A text in the language of whoever asks; nothing stays nothing."""
    return catalog(language()).gettext(message) if message else ""


def pgettext(context: str, message: str) -> str:
    """A text that says something else elsewhere, in the language of whoever asks."""
    return catalog(language()).pgettext(context, message)


def ngettext(one: str, several: str, count: int) -> str:
    """The text that fits a number, in the language of whoever asks; {n} in it is that number."""
    return catalog(language()).ngettext(one, several, count).format(n=count)


def N_(message: str) -> str:
    """The same text: marks one that is translated later, where it is shown."""
    return message


def retold(text: str) -> str:
    """A sentence that was kept or raised in English, in the language of whoever asks.

    What stood in its place of a figure is found by the English text, and stays. A text longer than
    any of ours is somebody else's, and stays as it is.
    """
    if language() == ENGLISH or not 0 < len(text) <= _LONGEST:
        return text
    return _retold(text, language(), _DEEPEST)


def _retold(text: str, code: str, depth: int) -> str:
    found = catalog(code).gettext(text)
    if found != text or not depth:
        return found
    for pattern, message in _patterns(code):
        match = pattern.fullmatch(text)
        if match:
            return _filled(catalog(code).gettext(message), match.groupdict(), code, depth - 1)
    return text


def _filled(message: str, parts: Mapping[str, str], code: str, depth: int) -> str:
    """A message with what stood in its places, told anew where nobody typed it."""

    def fill(place: re.Match[str]) -> str:
        part, is_quoted = parts[place[1]], message[: place.start()].endswith(("“", "„"))
        return part if is_quoted else _FIGURE.sub(_point, _retold(part, code, depth))

    return _PLACE.sub(fill, message)


def _point(figure: re.Match[str]) -> str:
    return decimal(figure[0])


@cache
def _patterns(code: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """What matches the messages with places in them, the most telling first."""
    messages = [str(each.id) for each in read(code) if isinstance(each.id, str)]
    filled = [each for each in messages if _PLACE.search(each)]
    filled.sort(key=lambda each: len(_PLACE.sub("", each)), reverse=True)
    return tuple((_pattern(each), each) for each in filled)


def _pattern(message: str) -> re.Pattern[str]:
    parts = _PLACE.split(message)  # text and names in turn
    seen: set[str] = set()
    pattern = ""
    for text, name in itertools.zip_longest(parts[::2], parts[1::2]):
        pattern += re.escape(text)
        if name is not None:
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
            seen.add(name)
    return re.compile(pattern, re.DOTALL)


def decimal(text: str) -> str:
    """A figure as whoever asks writes it: 0.5, or 0,5."""
    return text.replace(".", decimal_sign())


def decimal_sign() -> str:
    """What stands before the tenths for whoever asks."""
    return str(locale().number_symbols["latn"]["decimal"])


def script_words() -> dict[str, str]:
    """What the page's scripts say, by the English text, in the language of whoever asks."""
    return _script_words(language())


@cache
def _script_words(code: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for message in read(code):
        if any(path.endswith(SCRIPTS) for path, _line in message.locations):
            words.update(zip(forms(message.id), forms(message.string), strict=True))
    return words


def forms(text: object) -> tuple[str, ...]:
    """A text, or its two forms."""
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]


def locale() -> Locale:
    """How dates and numbers are written for whoever asks."""
    return Locale.parse(language())


@cache
def catalog(code: str) -> NullTranslations:
    """The texts of a language, read once; of one without a catalog, the English ones."""
    messages = read(code)
    if not len(messages):
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


@cache
def read(code: str) -> Catalog:
    path = CATALOGS / f"{code}.po"
    return read_po(io.BytesIO(path.read_bytes())) if path.exists() else Catalog()
