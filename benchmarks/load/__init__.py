"""A clinic's day at the app: many clinicians at once, while recordings are analysed."""
