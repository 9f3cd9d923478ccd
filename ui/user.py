"""Who uses the app: one person, at this computer."""

from fastapi import HTTPException, Request

LOCAL_USER = "Clinician"


def user_of(request: Request) -> str | None:
    """Name of the person behind a request; Gradio asks for it, and takes None for a stranger.

    The app answers on this computer only, so that whoever reaches it is its one user.
    """
    return LOCAL_USER


def signed_in(request: Request) -> str:
    """Name of the person behind a request; every route but the health check depends on it."""
    user = user_of(request)
    if user is None:
        raise HTTPException(401, "Sign in first.")
    return user
