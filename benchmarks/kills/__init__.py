"""Killing the app at any moment, and looking at what it kept."""
