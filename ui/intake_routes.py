"""How a browser hands over a recording: a file at once, or a take in pieces of some seconds."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from storage.admission import refuse_addition
from storage.files import MEDIA_TYPES
from ui.context import AppContext
from ui.kept_response import answer_stream
from ui.received import Take
from ui.user import signed_in
from verhm.errors import AudioError

LARGEST_PIECE = 1 << 24  # bytes; 10 s of sound take at most a quarter of it, and less of picture


def routes(context: AppContext) -> APIRouter:
    """`/recordings` and `/patient-files` take files, `/takes` what microphone and camera give.

    With the first recording that begins to arrive the model is loaded, which takes seconds and
    half a GiB that nobody misses who only reads.
    """
    router = APIRouter(dependencies=[Depends(signed_in)])
    _add_files(router, context)
    _add_takes(router, context)
    _add_pieces(router, context)
    return router


def _add_files(router: APIRouter, context: AppContext) -> None:
    intake = context.intake

    @router.post("/recordings")
    async def upload(
        request: Request, suffix: str = "", patient: str = "", is_trial: bool = False
    ) -> dict[str, Any]:
        patient_id = await run_in_threadpool(_admitted, context, patient, is_trial)
        # Which may wait for whoever changes a job.
        await run_in_threadpool(context.jobs.warm_up)
        return {"id": await intake.receive(suffix, request.stream(), patient_id)}

    @router.post("/patient-files")
    async def patient(request: Request) -> dict[str, Any]:
        return {"id": await intake.receive_patient(request.stream())}

    @router.get("/recordings/{recording_id}")
    def play(recording_id: str, request: Request) -> Response:
        received = intake.received(recording_id)
        kind = MEDIA_TYPES.get(received.suffix)
        return answer_stream(received.open, request, kind, f'"{recording_id}"')

    @router.delete("/recordings/{recording_id}")
    def discard(recording_id: str) -> Response:
        intake.remove(recording_id)
        return Response(status_code=204)


def _add_takes(router: APIRouter, context: AppContext) -> None:
    intake = context.intake

    @router.get("/takes")
    def left() -> dict[str, Any]:
        takes = intake.takes_left()
        codes = context.repository.codes({take.patient_id for take in takes if take.patient_id})
        return {"takes": [_described(take, codes) for take in takes]}

    @router.post("/takes")
    def begin(sample_rate: int, patient: str = "", is_trial: bool = False) -> dict[str, Any]:
        patient_id = _admitted(context, patient, is_trial)
        context.jobs.warm_up()
        return {"id": intake.begin_take(sample_rate, patient_id)}

    @router.post("/takes/{take_id}/finish")
    def finish(take_id: str) -> dict[str, Any]:
        return {"id": take_id, "seconds": intake.finish_take(take_id)}


def _add_pieces(router: APIRouter, context: AppContext) -> None:
    intake = context.intake

    @router.post("/takes/{take_id}/pieces")
    async def add_piece(take_id: str, offset: int, request: Request) -> dict[str, Any]:
        piece = await _body(request)
        return {"safe": await run_in_threadpool(intake.add_piece, take_id, offset, piece)}

    @router.post("/takes/{take_id}/picture")
    async def add_picture(
        take_id: str, kind: str, start: int, offset: int, request: Request
    ) -> dict[str, Any]:
        piece = await _body(request)
        add = intake.add_picture_piece
        return {"safe": await run_in_threadpool(add, take_id, kind, start, offset, piece)}


def _admitted(context: AppContext, patient: str, is_trial: bool) -> str | None:
    """Whose voice may arrive: nothing of a patient's does without consent (E62, E75), but a try."""
    if not patient:
        return None
    found = context.repository.patient(patient)
    if not is_trial:
        refuse_addition(found)
    return found.id


def _described(take: Take, codes: Mapping[str, str]) -> dict[str, Any]:
    """A take as the page's scripts read it; whose it is has no code where nobody may know it."""
    begun_at = take.begun_at and take.begun_at.timestamp()
    return asdict(take) | {"begun_at": begun_at, "code": codes.get(take.patient_id or "", "")}


async def _body(request: Request) -> bytes:
    """What was sent, as long as it can be a piece of a take, or of its picture."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_PIECE:
            raise AudioError(
                "E18", "A piece of the recording is too large.", "Reload the page and record again."
            )
    return bytes(body)
