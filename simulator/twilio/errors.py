"""Twilio's error codes, as its REST API answers them."""

from __future__ import annotations

from aiohttp import web

from simulator.encoding import dumps
from simulator.face import Refused

# code: (HTTP status, message). The texts are ours; only codes and statuses matter to a client.
ERRORS: dict[int, tuple[int, str]] = {
    20001: (400, "A parameter is invalid: {detail}"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed: {detail}"),
    20005: (401, "The account is not active."),
    20009: (409, "The message can't be changed while it is being processed."),
    20403: (403, "Forbidden: the account may not use this."),
    20404: (404, "The requested resource {detail} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable"),
    21211: (400, "The 'To' number {detail} is not a valid phone number."),
    21212: (400, "The 'From' number {detail} is not a valid phone number or short code."),
    21266: (400, "'To' and 'From' number can't be the same: {detail}"),
    21408: (
        400,
        "Permission to send an SMS has not been enabled for the region of the 'To' number: {detail}.",
    ),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' number {detail} is not a message-capable Twilio number for this destination."),
    21608: (
        400,
        "The number {detail} is unverified. Trial accounts can't send messages to unverified numbers.",
    ),
    21609: (400, "The StatusCallback URL {detail} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (429, "This 'From' number {detail} has exceeded the maximum number of queued messages"),
    21612: (400, "The 'To' number {detail} is not currently reachable using the 'From' number via SMS"),
    21614: (400, "'To' number {detail} is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21620: (400, "Invalid media URL: {detail}"),
    21623: (400, "Number of media files exceeds allowed limit of 10"),
    21701: (
        400,
        "The simulator has no Messaging Services to send from; name a 'From' number. Asked for: {detail}",
    ),
    30409: (409, "The message is in state {detail} and can't be canceled any more."),
}


class ApiError(Refused):
    """A refusal, which the API answers as Twilio's JSON error."""

    def __init__(self, code: int, detail: str = "", *, status: int | None = None) -> None:
        known_status, text = ERRORS.get(code, (400, f"The request was refused with error {code}."))
        self.code = code
        self.status = status or known_status
        self.message = text.format(detail=detail)
        super().__init__(f"{code}: {self.message}")

    def response(self) -> web.Response:
        return error_response(self)


def error_response(error: ApiError, headers: dict[str, str] | None = None) -> web.Response:
    """Twilio's error shape: code, message, more_info, status."""
    payload = {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }
    return web.Response(
        text=dumps(payload), status=error.status, content_type="application/json", headers=headers
    )
