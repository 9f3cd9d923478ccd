"""Answers that hold what was kept, unsealed on the way; with Range, so that players can seek."""

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from storage.content import Content

_BLOCK = 1 << 17  # bytes sent at once


def answer_content(content: Content, request: Request, filename: str | None = None) -> Response:
    """Send a kept file, or the part of it that was asked for.

    Args:
        content: of the file
        request: may ask for a range
        filename: to save it under; none to show it in the page

    Raises:
        StorageError: E53 it is gone
        VaultError: E83 its seal is broken; found while sending, the connection breaks off
    """
    if not content.files.is_sealing:
        kind = "inline" if filename is None else "attachment"
        return FileResponse(
            content.path,
            media_type=content.media_type,
            filename=filename,
            content_disposition_type=kind,
        )
    response = answer_stream(content.open, request, content.media_type, f'"{content.sha256}"')
    if filename is None:
        response.headers["Content-Disposition"] = "inline"
    else:
        response.headers["Content-Disposition"] = f"attachment; filename*=utf-8''{quote(filename)}"
    return response


def answer_stream(
    opened: Callable[[], BinaryIO], request: Request, media_type: str | None, etag: str
) -> Response:
    """Send a stream, or the part of it that was asked for.

    Args:
        opened: opens it
        request: may ask for a range
        media_type: of the content
        etag: the same for the same content only, with its quotes
    """
    stream = opened()
    size = stream.seek(0, 2)
    headers = {"Accept-Ranges": "bytes", "ETag": etag}
    wanted = request.headers.get("range", "")
    if request.headers.get("if-range", etag) != etag:
        wanted = ""
    part = _range(wanted, size)
    if part is None:
        stream.close()
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    first, after = part
    headers["Content-Length"] = str(after - first)
    if wanted and _is_range(wanted):
        headers["Content-Range"] = f"bytes {first}-{after - 1}/{size}"
    return StreamingResponse(
        _blocks(stream, first, after),
        status_code=206 if "Content-Range" in headers else 200,
        media_type=media_type,
        headers=headers,
    )


_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))")


def _is_range(wanted: str) -> bool:
    """Whether one range is asked for; several, or none that can be read, are answered wholly."""
    found = _RANGE.fullmatch(wanted.strip())
    if found is None:
        return False
    first, last, _ = found.groups()
    return not (first and last and int(last) < int(first))


def _range(wanted: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None where the range lies outside."""
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or not _is_range(wanted):
        return 0, size
    first, last, ending = found.groups()
    if ending is not None:
        return (max(0, size - int(ending)), size) if int(ending) and size else None
    if int(first) >= size:
        return None
    return int(first), min(int(last) + 1 if last else size, size)


def _blocks(stream: BinaryIO, first: int, after: int) -> Iterator[bytes]:
    with stream:
        stream.seek(first)
        while first < after and (block := stream.read(min(_BLOCK, after - first))):
            first += len(block)
            yield block
