"""Pictures of a camera beside recordings: one more word for what a file holds.

No table changes. But a version that lacks the word would fail at the first row that has it; so it
refuses the folder as one made by a newer version (E54).
"""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Change nothing."""
