"""Which headers of a call to a webhook are kept, and how."""

from collections.abc import Iterable
from dataclasses import replace

from channels.itsp import ITSPS, fingerprints
from channels.itsp.base import Credentials, Itsp
from channels.itsp.calls import WebhookCall
from channels.itsp.header_names import LONGEST_VALUE, may_be_named


def kept(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Those that some ITSP's calls need, or may need by a channel's settings; names are in lower case.

    Nobody knows yet whose call it is. So what is a secret of one ITSP's calls is kept as a fingerprint of
    every call.
    """
    wanted = _of_all()
    secret = frozenset().union(*(itsp.secret_headers for itsp in ITSPS.values()))
    return {
        name: fingerprints.of(value) if name in secret else value
        for name, value in headers
        if name in wanted or (may_be_named(name) and len(value) <= LONGEST_VALUE)
    }


def needed(call: WebhookCall, itsp: Itsp, credentials: Credentials) -> WebhookCall:
    """With no more than this channel's calls need."""
    return _with(call, itsp.headers_of(credentials))


def needed_by_any(call: WebhookCall) -> WebhookCall:
    """A call of no channel's: with what needs no settings to be named."""
    return _with(call, _of_all())


def _of_all() -> frozenset[str]:
    return frozenset().union(*(itsp.webhook_headers for itsp in ITSPS.values()))


def _with(call: WebhookCall, names: frozenset[str]) -> WebhookCall:
    return replace(call, headers={name: value for name, value in call.headers.items() if name in names})
