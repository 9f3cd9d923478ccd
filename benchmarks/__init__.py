"""Commands that print a figure."""
