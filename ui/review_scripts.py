"""The review screen's script, put together from its parts."""

from functools import cache

from ui.theme import asset

# In this order: each part uses names of those before it only when called.
_PARTS = ("model", "lanes", "timeline", "cursor", "player", "table", "page")


@cache
def review_script() -> str:
    """All of it, for Gradio to run once beside the component."""
    return "\n".join([*(asset(f"review.{part}.js") for part in _PARTS), asset("review.js")])
