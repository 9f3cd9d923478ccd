"""How the schema came to be, step by step. A step that has shipped is never edited."""
