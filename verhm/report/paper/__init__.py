"""A session's report on paper: a page for the record, then the detail."""
