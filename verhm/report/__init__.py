"""Results out: document, summary, tables, figures."""
