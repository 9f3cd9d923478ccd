"""Gather the texts of the sources: `python -m benchmarks.messages` brings every catalog up to date.

New texts come in untranslated, and those that nothing says any more go; a test fails on either.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from verhm.language import CATALOGS

ROOT: Final = Path(__file__).parents[1]
FOLDERS: Final = ("storage", "ui", "verhm")
# Pybabel's own readers see neither what stands in an f-string before Python 3.12 nor, of a script,
# all that stands in a template.
_SAID: Final = re.compile(r'verhm\.say\(\s*"((?:[^"\\]|\\.)*)"')
_COUNTED: Final = re.compile(r'verhm\.sayOf\(\s*"([^"]*)",\s*"([^"]*)"')
_MARKED: Final = re.compile(r"\[\[([^\[\]]+)\]\]")
_CODE: Final = re.compile(r"E\d\d")
# Functions that fill their first argument into an error's text.
DEFERRED: Final = ("missing", "_require", "_number", "_total")
# Functions whose last two arguments are an error's cause and remedy.
REFUSALS: Final = ("_refuse_unless", "_unfit")

Text = str | tuple[str, str]  # or its two forms
Said = tuple[str | None, Text]  # where it says something of its own, and the text


def main() -> None:
    """Write the catalogs anew."""
    for path in sorted(CATALOGS.glob("*.po")):
        with path.open("rb") as file:
            known = read_po(file, locale=path.stem)
        fresh = gathered(path.stem)
        fresh.creation_date, fresh.revision_date = known.creation_date, known.revision_date
        for message in fresh:
            if message.id and (before := known.get(message.id, message.context)) is not None:
                message.string = before.string
        with path.open("wb") as file:
            write_po(file, fresh, width=100, omit_header=False, include_lineno=False)
        missing = [each.id for each in fresh if each.id and not is_translated(each)]
        print(f"{path.stem}: {len(fresh)} texts, {len(missing)} of them not translated yet")


def gathered(code: str | None = None) -> Catalog:
    """Every text of the sources with where it stands, for a language."""
    catalog = Catalog(locale=code, project="VERHM", fuzzy=False)
    for path in sorted(each for name in FOLDERS for each in (ROOT / name).rglob("*")):
        for context, text in texts_of(path):
            place = (path.relative_to(ROOT).as_posix(), 1)
            catalog.add(text, context=context, locations=[place])
    return catalog


def texts_of(path: Path) -> Iterator[Said]:
    """The texts of a file: of Python, a script or a piece of a page."""
    if path.suffix == ".py":
        yield from _of_python(path.read_text(encoding="utf-8"))
    elif path.suffix == ".js":
        text = path.read_text(encoding="utf-8")
        yield from ((None, found.replace('\\"', '"')) for found in _SAID.findall(text))
        yield from ((None, found) for found in _COUNTED.findall(text))
    elif path.suffix == ".html":
        found = _MARKED.findall(path.read_text(encoding="utf-8"))
        yield from ((None, " ".join(text.split())) for text in found)


def _of_python(text: str) -> Iterator[Said]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in ("_", "N_", *DEFERRED) and node.args:
            yield from ((None, each) for each in _texts(node.args[0]))
        elif name in REFUSALS:
            yield from ((None, each) for text in node.args[-2:] for each in _texts(text))
        elif name == "pgettext":
            [context, message] = [*_texts(node.args[0]), *_texts(node.args[1])]
            yield context, message
        elif name == "ngettext":
            [one, several] = [*_texts(node.args[0]), *_texts(node.args[1])]
            yield None, (one, several)
        else:
            yield from ((None, each) for each in _of_error(node))


def _of_error(node: ast.Call) -> Iterator[str]:
    """Cause and remedy, which follow an error's code."""
    for place, argument in enumerate(node.args):
        if isinstance(argument, ast.Constant) and _CODE.fullmatch(str(argument.value)):
            for text in node.args[place + 1 : place + 3]:
                yield from _texts(text)


def _texts(node: ast.expr) -> Iterator[str]:
    """The text, or both of two; of an f-string, with names for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield _pattern(node)
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))


def _pattern(node: ast.JoinedStr) -> str:
    """An f-string as a text with places, called by the last name in each."""
    parts: list[str] = []
    names: list[str] = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value))
        else:
            found = [each.id for each in ast.walk(value) if isinstance(each, ast.Name)]
            found += [each.attr for each in ast.walk(value) if isinstance(each, ast.Attribute)]
            name = (found or ["value"])[-1].strip("_").lower()
            names.append(name)
            parts.append(f"{{{name}{names.count(name) if names.count(name) > 1 else ''}}}")
    return "".join(parts)


def is_translated(message: Message) -> bool:
    """Whether every form of a text has its translation."""
    said = message.string
    return bool(said) and (isinstance(said, str) or all(said or ()))


if __name__ == "__main__":
    main()
