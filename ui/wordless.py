"""Where an unforeseen error happened, without its words.

The words of a library's error quote what it could not use, which may be what a person entered.
"""

import traceback


def wordless(error: BaseException) -> str:
    """A traceback that ends with the kind of the error, and those of the errors behind it."""
    kinds, behind = [type(error).__name__], error
    while (deeper := behind.__cause__ or behind.__context__) is not None:
        kinds.append(type(deeper).__name__)
        behind = deeper
    place = "".join(traceback.format_tb(error.__traceback__))
    return f"Traceback (most recent call last):\n{place}{', after '.join(kinds)}"
