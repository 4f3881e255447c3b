"""The same before Django on threads. A thread is held by whoever sends slowly, so reading ends in time."""

import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from pbx_messaging.doors.allowance import Asked, allowance, asked
from pbx_messaging.doors.pace import Pace, Shared
from pbx_messaging.doors.paced_socket import PacedSocket, in_time, paced
from pbx_messaging.doors.refusals import NO_LENGTH, TOO_LARGE, TOO_SLOW, UNKNOWN, Refusal, Refused, answer
from pbx_messaging.logs import request_ids
from sessions.live.gate import users_of

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

READ_AT_ONCE = 64 * 1024
PASSED_OVER_S = 1.0
_shared = Shared()
_ID = request_ids.HEADER.lower()


def guarded(inside: Application) -> Application:
    """`inside`, which is never given more than the caller may send."""

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = _asked(environ)
        start_response = _naming(start_response, request_ids.begin(request.headers.get(_ID)))
        if not request.has_body:
            return inside(environ, start_response)
        return _let_in(request, inside, environ, start_response)

    return application


def _naming(start_response: StartResponse, request_id: str) -> StartResponse:
    """The answer says by what id the request is found in the log."""

    def named(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, (request_ids.HEADER, request_id)], *more)

    return named


def _asked(environ: Environ) -> Asked:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers["content-length"] = environ.get("CONTENT_LENGTH") or ""
    path = environ.get("PATH_INFO", "").encode("latin-1").decode(errors="replace")
    return asked(path, headers, is_chunked="HTTP_TRANSFER_ENCODING" in environ)


def _let_in(
    request: Asked, inside: Application, environ: Environ, start_response: StartResponse
) -> Iterable[bytes]:
    pace = None
    try:
        if request.length is None:  # Django would take it for empty
            raise Refused(NO_LENGTH)
        is_known = request.may_be_larger and _is_known(request)
        if request.length > allowance(is_known):
            raise Refused(TOO_LARGE)
        pace = Pace(allowance(is_known), _shared, is_known=is_known)
        environ["wsgi.input"] = _read(environ, pace, request.length)
    except Refused as refused:
        if refused.refusal is TOO_LARGE:
            _pass_over(environ)
        return _refuse(refused.refusal, request, start_response)
    finally:
        if pace is not None:
            pace.end()
    return inside(environ, start_response)


def _pass_over(environ: Environ) -> None:
    """Read and forget what comes soon: a proxy that is still sending would not hear the answer."""
    sock = environ.get("gunicorn.socket")
    if not isinstance(sock, PacedSocket):
        return
    before, sock.left_s = sock.left_s, in_time(PASSED_OVER_S)
    end = time.monotonic() + PASSED_OVER_S  # of one that sends fast and without end, too
    try:
        while time.monotonic() < end and environ["wsgi.input"].read(READ_AT_ONCE):
            pass
    except OSError:
        pass  # it hangs up, or is too slow
    finally:
        sock.left_s = before


def _read(environ: Environ, pace: Pace, length: int) -> IO[bytes]:
    """All of it, as Django's ASGI handler does: in memory, and from a certain size on in a file."""
    file = SpooledTemporaryFile(max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115  Django reads it
    sock = environ.get("gunicorn.socket")
    with paced(sock, pace) if isinstance(sock, PacedSocket) else nullcontext():
        while (left := length - pace.received) > 0:
            try:
                part = environ["wsgi.input"].read(min(left, READ_AT_ONCE))
            except OSError as error:
                raise Refused(TOO_SLOW) from error
            if not part:
                raise Refused(TOO_SLOW)
            pace.add(len(part))
            file.write(part)
    file.seek(0)
    return file


def _is_known(request: Asked) -> bool:
    credential = request.credential
    if credential is None:
        return False
    try:
        close_old_connections()
        return bool(users_of([credential]))
    except DatabaseError as error:
        raise Refused(UNKNOWN) from error


def _refuse(refusal: Refusal, request: Asked, start_response: StartResponse) -> Iterable[bytes]:
    headers, body = answer(refusal, request.path, request.headers)
    status = HTTPStatus(refusal.status)
    start_response(f"{status.value} {status.phrase}", list(headers.items()))
    return [body]
