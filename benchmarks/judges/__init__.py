"""Judges of the face that had no part in making it."""
