"""Patients, sessions and runs: database and media files under one data folder."""
