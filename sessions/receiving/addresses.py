"""Who posts: finds the channel of a request's URL, and lets in what was signed with the channel's secret."""

from collections.abc import Sequence
from datetime import datetime

from channels.actions import note_webhook_used
from channels.itsp import ITSPS
from channels.itsp.calls import SignedBy, WebhookCall
from channels.models import WebhookAddress
from channels.webhook import headers
from channels.webhook import url as webhook_url
from pbx_messaging.said import joined
from sessions.compiled import Compiled
from sessions.receiving import reasons
from sessions.receiving.arrivals import Arrival, Outcome, Verdict

_BY_SIGNATURE = {
    SignedBy.NOBODY: reasons.NO_SIGNATURE,
    SignedBy.ACCOUNT: reasons.WRONG_SIGNATURE,
    SignedBy.KEY: reasons.UNKNOWN_KEY,
}
_of_hashes = Compiled(
    lambda hashes: (
        WebhookAddress.objects.select_related("channel")
        .defer("token")  # it would be decrypted
        .filter(token_hash__in=hashes)
    )
)


def admit(arrivals: Sequence[Arrival]) -> None:
    """Gives each request its channel; what is not let in has its verdict by that."""
    hashes = {arrival: webhook_url.hash_of(arrival.token) for arrival in arrivals}
    found = {address.token_hash: address for address in _of_hashes(set(hashes.values()))}
    used: dict[WebhookAddress, datetime] = {}
    for arrival, token_hash in hashes.items():
        address = found.get(token_hash)
        arrival.channel = address.channel if address else None
        arrival.call = _narrowed(arrival)
        arrival.verdict = _refusal(arrival, address)
        if address and arrival.verdict is None:
            used[address] = max(arrival.at, used.get(address, arrival.at))
    for address, at in used.items():
        note_webhook_used(address, at=at)


def _narrowed(arrival: Arrival) -> WebhookCall:
    channel = arrival.channel
    itsp = ITSPS.get(channel.itsp) if channel else None
    if channel is None or itsp is None:
        return headers.needed_by_any(arrival.call)
    return headers.needed(arrival.call, itsp, channel.credentials)


def _refusal(arrival: Arrival, address: WebhookAddress | None) -> Verdict | None:
    if address is None:
        ours = webhook_url.issued_to(arrival.token) is not None
        return Verdict(Outcome.REJECTED, reasons.UNSAVED_FORM() if ours else reasons.UNKNOWN_URL(), 404)
    channel = address.channel
    if channel.archived_at:
        return Verdict(Outcome.REJECTED, reasons.DELETED_CHANNEL(), 404)
    if address.expires_at and address.expires_at <= arrival.at:
        return Verdict(Outcome.REJECTED, reasons.REPLACED_URL(), 404)
    itsp = ITSPS[channel.itsp]
    if itsp.is_authentic(arrival.call, channel.credentials):
        return None
    said = [_BY_SIGNATURE[itsp.signed_by(arrival.call, channel.credentials)](), reasons.odd(arrival.mistakes)]
    return Verdict(Outcome.REJECTED, joined(said), 403)
