"""How the page looks: the project's stylesheets, and Gradio's own variables bound to them."""

from functools import cache
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"


@cache
def asset(name: str) -> str:
    """Text of a file of `ui/assets`."""
    return (ASSETS / name).read_text(encoding="utf-8")
