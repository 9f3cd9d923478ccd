"""The app with one more language, made in memory: each text that can be translated is in ⟦…⟧."""

import sys
from pathlib import Path

# As where it is started by its own name.
sys.path.insert(0, str(Path(__file__).parents[2]))

from verhm import language

PROGRAM = "tests/browser/marked_app.py"
MARKED = "eo"  # a language that Babel can write dates in, and that nobody has translated


def add_marked_language() -> None:
    """Before anything is imported that speaks."""
    from benchmarks.messages import gathered

    catalog = gathered(MARKED)
    for message in catalog:
        if message.id:
            marked = [f"⟦{form}⟧" for form in language.forms(message.id)]
            message.string = marked[0] if isinstance(message.id, str) else tuple(marked)
    read = language.read
    language.read = lambda code: catalog if code == MARKED else read(code)
    language.LANGUAGES = {**language.LANGUAGES, MARKED: "Marked"}


if __name__ == "__main__":
    add_marked_language()
    from app import main

    main()
