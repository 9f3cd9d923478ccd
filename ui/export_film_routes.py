"""How a browser has videos made for export, follows them and takes them."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from ui.context import AppContext
from ui.export_names import download_name
from ui.film import Film, FilmChoices
from ui.kept_response import answer_content
from ui.user import signed_in
from verhm.face.rig import DEFAULT, avatar_titles
from verhm.language import N_, _


def film_routes(context: AppContext) -> APIRouter:
    """`/runs/{id}/films` makes and lists them, `/films/{id}` is one as a file."""
    router = APIRouter(dependencies=[Depends(signed_in)])
    films, repository = context.jobs.films, context.repository

    @router.post("/runs/{run_id}/films")
    def order(
        run_id: str, size: int, timeline: bool, neutral: bool, picture: bool
    ) -> dict[str, Any]:
        avatar = context.preferences.avatar()
        choices = FilmChoices(size, timeline, neutral, picture, avatar)
        return _as_json(films.order(run_id, choices))

    @router.get("/runs/{run_id}/films")
    def made(run_id: str) -> dict[str, Any]:
        return {"films": [_as_json(film) for film in films.of_run(run_id)]}

    @router.post("/films/{film_id}/cancel")
    def cancel(film_id: str) -> dict[str, Any]:
        films.cancel(film_id)
        return _as_json(films.film(film_id))

    @router.get("/films/{film_id}")
    def file(film_id: str, request: Request) -> Response:
        film, content = films.film(film_id), films.content(film_id)
        run = repository.run(film.run_id)
        name = download_name(repository.session(film.session_id), run, film.choices.file_name)
        return answer_content(content, request, name)

    return router


_WORDS = {
    "timeline": N_("emotions over time"),
    "neutral": N_("the same words said neutrally"),
    "picture": N_("the recording's picture"),
}


def _as_json(film: Film) -> dict[str, Any]:
    choices, error = film.choices, film.error
    whose = [] if choices.avatar == DEFAULT else [_(avatar_titles().get(choices.avatar, ""))]
    shown = [_(words) for name, words in _WORDS.items() if getattr(choices, name)]
    return {
        "id": film.id,
        "words": " · ".join([_("Face, {size} pixels").format(size=choices.size), *whose, *shown]),
        "state": film.state.value,
        "has_ended": film.state.has_ended,
        "share": round(film.share, 4),
        "seconds_left": film.seconds_left,
        "error": {"code": error.code, "cause": error.cause, "remedy": error.remedy}
        if error
        else None,
    }
