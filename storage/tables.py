"""Every table, in an order in which what is referred to comes first."""

from typing import Final

from sqlalchemy import Table

from storage import account_models, annotation_models, event_models, models, retention_models

# Their classes are not used here; but a table that was not imported is not there.
_DECLARED: Final = (models, account_models, retention_models, annotation_models, event_models)

TABLES: Final[list[Table]] = models.Base.metadata.sorted_tables
