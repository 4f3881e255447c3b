"""May this message be sent? The checks of Twilio's Messages resource, in its order, with its codes."""

from __future__ import annotations

from urllib.parse import urlsplit

from simulator.encoding import new_sid
from simulator.faults import Fault
from simulator.numbering import ALPHANUMERIC, E164, SHORT_CODE
from simulator.records import Message, Number
from simulator.segments import count_segments
from simulator.settings import Settings
from simulator.simulator import Simulator
from simulator.twilio.errors import ApiError
from simulator.twilio.rest import CODE, Form

LONGEST_BODY = 1600
MOST_MEDIA = 10
VALIDITY_S = range(1, 36001)
REFUSE = frozenset({"refuse"})

# The magic numbers of Twilio's test credentials.
MAGIC_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
MAGIC_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}


def check_message(simulator: Simulator, form: Form) -> tuple[Message, Number]:
    """The message that the form asks for and its sender; ApiError when Twilio would refuse it."""
    if simulator.settings.account_status != "active":
        raise ApiError(20005)
    if form.get("MessagingServiceSid"):
        raise ApiError(21701, form["MessagingServiceSid"][-1])
    to, from_ = _one(form, "To"), _one(form, "From")
    _check_recipient(to, simulator.settings)
    number = _sender(from_, to, simulator)
    body, media_urls = _one(form, "Body"), [url for url in form.get("MediaUrl", []) if url]
    _check_content(body, media_urls, number)
    status_callback = _one(form, "StatusCallback")
    if status_callback and not _is_url(status_callback):
        raise ApiError(21609, status_callback)
    validity_s = _validity_s(_one(form, "ValidityPeriod"))
    _check_pair(simulator, number, to)
    message = Message(
        sid=new_sid("MM" if media_urls else "SM"),
        direction="outbound-api",
        from_=from_,
        to=to,
        body=body,
        status="queued",
        num_segments=1 if media_urls else count_segments(body),
        media_urls=media_urls,
        status_callback=status_callback,
        validity_s=validity_s,
        itsp=CODE,
    )
    return message, number


def _check_recipient(to: str, settings: Settings) -> None:
    if not to:
        raise ApiError(21604)
    if to in MAGIC_TO:
        raise ApiError(MAGIC_TO[to], to)
    if not E164.fullmatch(to):
        raise ApiError(21211, to)
    if any(to.startswith(prefix) for prefix in settings.blocked_prefixes):
        raise ApiError(21408, to)
    if settings.account_type == "Trial" and to not in settings.verified_recipients:
        raise ApiError(21608, to)


def _sender(from_: str, to: str, simulator: Simulator) -> Number:
    if not from_:
        raise ApiError(21603)
    if from_ in MAGIC_FROM:
        raise ApiError(MAGIC_FROM[from_], from_)
    if not (E164.fullmatch(from_) or SHORT_CODE.fullmatch(from_) or ALPHANUMERIC.fullmatch(from_)):
        raise ApiError(21212, from_)
    if from_ == to:
        raise ApiError(21266, to)
    number = simulator.state.number_at(from_, CODE)
    if number is None or not number.sms:
        raise ApiError(21606, from_)
    return number


def _check_content(body: str, media_urls: list[str], number: Number) -> None:
    if not body.strip() and not media_urls:
        raise ApiError(21602)
    if len(body) > LONGEST_BODY:
        raise ApiError(21617)
    if len(media_urls) > MOST_MEDIA:
        raise ApiError(21623)
    for url in media_urls:
        if not _is_url(url):
            raise ApiError(21620, url)
    if media_urls and not number.mms:
        raise ApiError(21606, number.address)


def _check_pair(simulator: Simulator, number: Number, to: str) -> None:
    if (to, number.address) in simulator.state.opt_outs:
        raise ApiError(21610)
    refusal: Fault | None = simulator.faults.take(REFUSE, number=number.address, to=to, create=True)
    if refusal:
        raise ApiError(refusal.options["code"] or 21211, to)
    if simulator.delivery.is_full(number):
        raise ApiError(21611, number.address)


def _validity_s(text: str) -> int:
    if not text:
        return VALIDITY_S.stop - 1
    if not text.isdecimal() or int(text) not in VALIDITY_S:
        raise ApiError(20001, "ValidityPeriod is from 1 to 36000 seconds")
    return int(text)


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _one(form: Form, name: str) -> str:
    return form.get(name, [""])[-1]
