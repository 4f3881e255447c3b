"""A contact's file as some server hands it out: within limits of time and size, or the reason why not."""

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from django.conf import settings

from channels.itsp import answers, attachments
from channels.itsp.errors import Advice, ItspError
from channels.itsp.file_names import told_name
from channels.itsp.texts import Media
from pbx_messaging.outside.deadline import within
from pbx_messaging.outside.sockets import ForbiddenAddress

_GONE = {403, 404, 410}
_CHUNK = 64 * 1024


@contextmanager
def fetching() -> Iterator[None]:
    """Around the calls for one file: they end within `MEDIA_TOTAL_S`, however slowly it comes."""
    try:
        with within(settings.MEDIA_TOTAL_S):
            yield
    except ForbiddenAddress as error:
        raise ItspError(Advice.FAIL, attachments.PRIVATE()) from error
    except (requests.RequestException, TimeoutError) as error:
        raise ItspError(Advice.RETRY, answers.NOT_REACHED()) from error


def taken(answer: requests.Response, max_bytes: int) -> Media:
    """What the server gave, unless it is too large. `answer` is read as a stream."""
    if answer.status_code != 200:
        advice = Advice.FAIL if answer.status_code in _GONE else Advice.RETRY
        raise ItspError(advice, attachments.GONE())
    name = told_name(answer.headers.get("Content-Disposition", ""))
    return Media(_capped(answer, max_bytes), answer.headers.get("Content-Type", ""), name)


def redirected_too_often() -> ItspError:
    return ItspError(Advice.FAIL, attachments.REDIRECTED())


def _capped(answer: requests.Response, max_bytes: int) -> bytes:
    content = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        content += chunk
        if len(content) > max_bytes:
            raise ItspError(Advice.FAIL, attachments.TOO_LARGE())
    return bytes(content)
