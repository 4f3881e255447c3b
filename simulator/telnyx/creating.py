"""May this message be sent? Telnyx's checks, with its codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from simulator.faults import Fault
from simulator.numbering import ALPHANUMERIC, E164, SHORT_CODE, country_of
from simulator.records import Message, Number
from simulator.segments import GSM7, count_segments
from simulator.telnyx.account import TelnyxAccount, new_id
from simulator.telnyx.errors import ApiError
from simulator.telnyx.rest import CODE

if TYPE_CHECKING:
    from simulator.simulator import Simulator

LONGEST_TEXT, MOST_PARTS, MOST_MEDIA = 1600, 10, 10
LONGEST_URL = 2000
QUEUE_S = 4 * 3600
REFUSE = frozenset({"refuse"})


def check_message(
    simulator: Simulator, account: TelnyxAccount, fields: dict[str, Any]
) -> tuple[Message, Number]:
    """The message that the fields ask for and its sender; ApiError when Telnyx would refuse it."""
    to = _text(fields, "to")
    if not to:
        raise ApiError(10004, "The required parameter to is missing.", pointer="/to")
    if not E164.fullmatch(to):
        raise ApiError(40310, to, pointer="/to")
    number, profile = _sender(simulator, account, fields)
    media_urls = _media(fields, number)
    text = _text(fields, "text")
    _check_text(text, media_urls, fields)
    allowed = profile["whitelisted_destinations"]
    if "*" not in allowed and str(country_of(to)) not in allowed:
        raise ApiError(40309, to, pointer="/to")
    webhooks = _webhooks(fields, profile)
    _check_pair(simulator, number, to)
    message = Message(
        sid=new_id(),
        direction="outbound-api",
        from_=number.address,
        to=to,
        body=text,
        status="queued",
        num_segments=1 if media_urls else count_segments(text),
        media_urls=media_urls,
        status_callback=webhooks["webhook_url"] or webhooks["profile_url"],
        validity_s=QUEUE_S,
        itsp=CODE,
        of_face={**webhooks, "messaging_profile_id": profile["id"]},
    )
    return message, number


def _sender(
    simulator: Simulator, account: TelnyxAccount, fields: dict[str, Any]
) -> tuple[Number, dict[str, Any]]:
    from_ = _text(fields, "from")
    if not from_:
        raise ApiError(10004, "The required parameter from is missing.", pointer="/from")
    number = simulator.state.number_at(from_, CODE)
    if number is None or not number.sms:
        is_name = ALPHANUMERIC.fullmatch(from_) and not (E164.fullmatch(from_) or SHORT_CODE.fullmatch(from_))
        raise ApiError(40306 if is_name else 40305, from_, pointer="/from")
    profile = account.profile(number.belongs_to)
    if profile is None:
        raise ApiError(40308, from_, pointer="/from")
    if not profile["enabled"]:
        raise ApiError(40312)
    return number, profile


def _media(fields: dict[str, Any], number: Number) -> list[str]:
    urls = fields.get("media_urls") or []
    if not isinstance(urls, list) or len(urls) > MOST_MEDIA or not all(map(_is_url, urls)):
        raise ApiError(40317, pointer="/media_urls")
    if urls and not number.mms:
        raise ApiError(40319, number.address, pointer="/from")
    return urls


def _check_text(text: str, media_urls: list[str], fields: dict[str, Any]) -> None:
    if not text and not media_urls:
        raise ApiError(40316, pointer="/text")
    if len(text) > LONGEST_TEXT or count_segments(text) > MOST_PARTS:
        raise ApiError(40302, pointer="/text")
    if fields.get("encoding", "auto") not in ("auto", "gsm7", "ucs2"):
        raise ApiError(10015, "encoding is auto, gsm7 or ucs2.", pointer="/encoding")
    if fields.get("encoding") == "gsm7" and not GSM7.issuperset(text):
        raise ApiError(10015, "The text does not go into GSM-7.", pointer="/text")


def _webhooks(fields: dict[str, Any], profile: dict[str, Any]) -> dict[str, str]:
    """The message's own first, then the profile's, unless they are not wanted."""
    found = {}
    for name in ("webhook_url", "webhook_failover_url"):
        found[name] = _text(fields, name)
        if found[name] and (len(found[name]) > LONGEST_URL or not _is_url(found[name])):
            raise ApiError(10015, f"{name} is no URL.", pointer=f"/{name}")
    wanted = fields.get("use_profile_webhooks", True)
    return {
        **found,
        "profile_url": profile["webhook_url"] if wanted else "",
        "profile_failover_url": profile["webhook_failover_url"] if wanted else "",
    }


def _check_pair(simulator: Simulator, number: Number, to: str) -> None:
    if (to, number.belongs_to) in simulator.state.opt_outs:
        raise ApiError(40300, f"Messages cannot be sent from {number.address} to {to} due to an opt-out.")
    refusal: Fault | None = simulator.faults.take(REFUSE, number=number.address, to=to, create=True)
    if refusal:
        raise ApiError(refusal.options["code"] or 40310, to)
    if simulator.delivery.is_full(number):
        raise ApiError(40318, number.address)


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise ApiError(10015, f"{name} is a text.", pointer=f"/{name}")
    return value or ""


def _is_url(text: Any) -> bool:
    parts = urlsplit(text) if isinstance(text, str) else None
    return parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
