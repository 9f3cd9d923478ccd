"""Who is behind a request, as the guard found out before the request came here."""

from fastapi import HTTPException, Request

from storage.signins import SignedIn

FOUND = "verhm.signed_in"  # where the guard leaves it in a request's scope


def user_of(request: Request) -> str | None:
    """Account of the person behind a request; Gradio asks for it, and takes None for a stranger."""
    found = person(request)
    return found.account_id if found else None


def person(request: Request) -> SignedIn | None:
    """The person behind a request."""
    return request.scope.get(FOUND)


def signed_in(request: Request) -> str:
    """Account of the person behind a request; every route but the public ones depends on it."""
    user = user_of(request)
    if user is None:
        raise HTTPException(401, "Sign in first.")
    return user
