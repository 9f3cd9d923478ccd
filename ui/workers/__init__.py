"""Analyses by workers on other computers, which a queue (Celery on Redis) hands them to."""
