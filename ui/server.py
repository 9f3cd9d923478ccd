"""The web server: Gradio's page, the media, the jobs and the recordings behind one guard."""

import contextlib
import socket
import sys

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp

from storage.accounts import Accounts
from storage.belongings import Belongings
from storage.repository import open_accounts
from ui import (
    account_routes,
    annotation_routes,
    asset_routes,
    batch_routes,
    explanation_routes,
    export_routes,
    face_routes,
    intake_routes,
    job_routes,
    media_routes,
    review_routes,
    sign_in_routes,
)
from ui.context import AppContext
from ui.guard import Guard
from ui.layout import build_page
from ui.lingering import linger
from ui.listening import Server
from ui.messages import error_json
from ui.own import bound
from ui.speaking import language_of
from ui.spoken_page import PageHead
from ui.theme import style_elements, theme
from ui.tracebacks import leave_out_words
from ui.user import user_of
from ui.window import show_page
from verhm.errors import VerhmError
from verhm.language import speaking

PAGE = "/app"
# s, a fifth of the usual: what answers a page gives its turn away at each of the many questions to
# the database, and would wait that long for it whenever many pages are answered.
_TURN = 0.001
# Pages whose state is kept, the latest used: each takes a quarter of a MiB and more, with whatever
# it showed of patients, and Gradio itself would keep ten thousand, closed ones too.
_PAGES = 256
# s between two looks of Gradio's queue for a question, and for progress: its own thousandth and
# hundredth take a twentieth of a core as long as the app is open, also while nobody does anything.
_LOOKS = 0.01, 0.1


def make_app(
    context: AppContext, accounts: Accounts | None = None, setup_code: str | None = None
) -> ASGIApp:
    """The whole app, ready to be served.

    Args:
        context: the parts that the program itself works with; nobody else is given them
        accounts: who may sign in; by default those that are kept with the patients
        setup_code: has to be known for the first account
    """
    accounts = accounts or open_accounts(context.repository)
    database, settings = context.repository.database, context.settings
    belongings = Belongings(database)
    context = bound(context, accounts, belongings)
    parent = FastAPI(title="VERHM", docs_url=None, redoc_url=None, openapi_url=None)
    parent.add_exception_handler(VerhmError, _answer_error)
    reached = (media_routes, face_routes, job_routes, intake_routes, batch_routes)
    for module in (*reached, review_routes, explanation_routes, annotation_routes, export_routes):
        parent.include_router(module.routes(context))
    parent.include_router(sign_in_routes.routes(accounts, settings, setup_code))
    parent.include_router(account_routes.routes(accounts, context.repository, settings))
    parent.include_router(asset_routes.routes())
    _add_page_routes(parent)
    page = build_page(context)
    page.state_session_capacity = _PAGES
    gr.mount_gradio_app(
        parent,
        page,
        PAGE,
        auth_dependency=user_of,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        show_error=False,
        ssr_mode=False,
        max_file_size="1gb",
        theme=theme(),
        head=style_elements(),
    )
    page._queue.sleep_when_free, page._queue.progress_update_sleep_when_free = _LOOKS
    parent.add_middleware(PageHead)
    linger(page._queue)
    return Guard(parent, settings, accounts, belongings, accounts.audit)


def _add_page_routes(parent: FastAPI) -> None:
    @parent.get("/")
    def start() -> RedirectResponse:
        return RedirectResponse(f"{PAGE}/")

    @parent.get("/healthz")
    def health() -> dict[str, str]:
        return {"status": "ok"}


def _answer_error(request: Request, error: Exception) -> JSONResponse:
    """An expected failure as JSON: its code, and a sentence for the person.

    It is told in their language, also where what they asked for is an English file.
    """
    assert isinstance(error, VerhmError)
    status = {"E53": 404, "E57": 403, "E61": 429, "E65": 403, "E66": 429, "E68": 401}.get(
        error.code, 400
    )
    with speaking(language_of(request)):
        return JSONResponse(error_json(error), status_code=status)


def serve(context: AppContext, bound: socket.socket, setup_code: str | None = None) -> None:
    """Go on with the jobs, answer requests until Ctrl-C or another request to stop, stop the jobs.

    Args:
        context: the parts of the app
        bound: made by `ui.listening.open_port`
        setup_code: has to be known for the first account; None where nobody else reaches the app
    """
    settings, accounts = context.settings, open_accounts(context.repository)
    asked_code = setup_code if accounts.are_none else None

    def announce() -> None:
        print(f"VERHM is ready at {settings.url} (Ctrl-C stops it)", flush=True)
        if asked_code is not None:
            print(f"Code for the first account: {asked_code}", flush=True)
        show_page(settings.url, settings.shows, settings.window_profile)
        if settings.queue is not None:
            context.jobs.warm_up()  # the log says so where no worker answers
        context.jobs.resume()

    sys.setswitchinterval(_TURN)
    try:
        app = make_app(context, accounts, asked_code)
        # Ctrl-C also ends ffmpeg, long before the last answer is given.
        server = Server(app, settings, announce, context.jobs.expect_closing)
        leave_out_words()  # after the server's own filter, which looks at the error
        server.run(sockets=[bound])
    finally:
        with contextlib.suppress(OSError):  # the terminal may be closed
            print("VERHM is stopping; what was saved stays.", flush=True)
        context.jobs.shutdown()
