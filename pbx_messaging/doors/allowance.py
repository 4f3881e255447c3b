"""How much a request may send, judged before its body is read: little, but for files of somebody known."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings

from sessions.live.gate import Credential, credential_of

# The forms and API calls that take attachments or spreadsheets.
TAKE_FILES = re.compile(
    r"/inbox/(new|\d+/reply)/|/api/v1/sessions(/\d+/messages)?"
    r"|/(contacts|extensions|channels/\d+)/import/"
)


class Asked(NamedTuple):
    """What the head of a request says of its body. `length` is None where it comes in chunks."""

    path: str
    headers: Mapping[str, str]
    length: int | None

    @property
    def has_body(self) -> bool:
        return self.length is None or self.length > 0

    @property
    def may_be_larger(self) -> bool:
        """Whether somebody known may send more here than everybody may."""
        is_small = self.length is not None and self.length <= settings.BODY_MAX_BYTES
        return not is_small and TAKE_FILES.fullmatch(self.path) is not None

    @property
    def credential(self) -> Credential | None:
        return credential_of(self.headers)


def asked(path: str, headers: Mapping[str, str], *, is_chunked: bool) -> Asked:
    """Of the names of `headers` in small letters. A server has made sure that a length is a number."""
    length = None if is_chunked else int(headers.get("content-length") or 0)
    return Asked(path, headers, length)


def allowance(is_known: bool) -> int:
    """Bytes."""
    most: int = settings.UPLOAD_MAX_BYTES if is_known else settings.BODY_MAX_BYTES
    return most
