"""The web application: server, jobs and one file per screen."""
