"""Requests of an ITSP to a webhook URL, before anything is believed, and what they are answered."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class WebhookCall:
    """A request to a webhook URL as it came in, before anything is believed.

    `url` is what the ITSP called: our public origin, path and query, without fragment.
    Header names are lower case; only those in `Itsp.headers_of` are kept. Of those that are secrets
    themselves, in `secret_headers` of any ITSP, there are fingerprints (`channels.itsp.fingerprints`).
    `at` is when it came in, by which its age is judged, however late it is verified again.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime


class SignedBy(enum.Enum):
    """What a call says that it was signed with."""

    NOBODY = "nobody"
    ACCOUNT = "account"  # its secret
    KEY = "key"  # made for webhooks alone


@dataclass(frozen=True)
class Unreadable:
    """An item that has not the form which the ITSP's own have; `reason` says what is wrong with it."""

    reason: str
    itsp_message_id: str = ""


@dataclass(frozen=True)
class Acknowledgement:
    """What the ITSP wants to read as a webhook's answer."""

    body: str = ""
    content_type: str = "text/plain"
