"""What the OpenAPI document says beside what is derived from the operations."""

from typing import Any

from accounts.problems import MEDIA_TYPE
from accounts.token_refusals import Refusal
from sessions import actions
from sessions.actions import ActionError
from sessions.refusals import REFUSALS

DESCRIPTION = """\
What an agent does in the inbox, for your own programs: the same sessions, the same rights.

Send `Authorization: Bearer …` with a token of an extension. Errors are problems of RFC 9457 with a stable
`code`. Lists come in pages: ask again with `cursor` set to `next_cursor` until that is null. A text that is
sent with a `client_id` (or the header `Idempotency-Key`) is accepted once, however often it is sent. How
many requests a token has left is told by the headers `RateLimit` and `RateLimit-Policy`."""

CONTACT = {"name": "The administrators of this installation"}
NOT_ADMITTED = "The token is missing, unknown, revoked or ended, or its login must do something first."

TAGS = {
    "Sessions": "The threads between our numbers and contacts.",
    "Messages": "What was written in them.",
    "Contacts": "The company's address book.",
    "Directory": "Who one is, and what there is to choose from.",
    "Events": "What changes, as it happens.",
}

LISTENING = """\
Server-sent events, for as long as the access lasts. An event's name says what happened: `session`
(appeared, left, picked up, closed), `message` (something was written), `status` (a text got on), `alert`
(nobody answers for too long), `viewers` (others have it open) or `availability` (of an agent); its data is
`{"session": id, "kind": name}`, with null for what is of no session. They never say what was written: fetch
that. The first one is `hello`; after `reset`, read everything anew. A connection that was lost is resumed
without a gap by `Last-Event-ID`."""

CODES = {
    400: ["bad_request"],
    401: [one.code for one in Refusal],
    403: ["insufficient_scope", "read_only"],
    404: ["not_found"],
    405: ["method_not_allowed"],
    413: ["too_large"],
    415: ["unsupported_media_type"],
    422: ["invalid"],
    429: ["rate_limited"],
    500: ["internal_error"],
    503: ["unavailable"],
}
ALWAYS = (401, 405, 429, 500, 503)
MEANINGS = {
    400: "The body can’t be read.",
    401: NOT_ADMITTED,
    403: "The token only reads, or the login has no extension.",
    404: "It does not exist, or is not for you to see.",
    405: "This is no method of the address: see `Allow`.",
    409: "The state of things forbids it.",
    413: "The request is too large.",
    415: "The body has another type than the two that are read.",
    422: "A field is not valid: see `errors`.",
    429: "The token asked too often: see `Retry-After`.",
    500: "It is our fault, and in our log.",
    503: "Not now: see `Retry-After`.",
}
_RETRY = {"Retry-After": ("integer", "Seconds until it goes on.")}
_CHALLENGE = {"WWW-Authenticate": ("string", "What a token needs, as RFC 6750 has it.")}
HEADERS: dict[int, dict[str, tuple[str, str]]] = {
    201: {"Location": ("string", "Where it is read from now on.")},
    401: _CHALLENGE,
    403: _CHALLENGE,
    405: {"Allow": ("string", "The methods that there are.")},
    429: _RETRY,
    503: _RETRY,
}
RATE = {
    "RateLimit": ("string", "What the token has left, and in how many seconds all is there again."),
    "RateLimit-Policy": ("string", "How many requests it has, and in which window."),
}

# What every operation may answer that has a text written.
WRITING: tuple[int | type[ActionError], ...] = (
    400,
    403,
    413,
    415,
    422,
    actions.TooManyOpen,
    actions.Unanswerable,
    actions.OptedOut,
    actions.ChannelDisabled,
    actions.BadTime,
    actions.MediaRefused,
    actions.PicturesBusy,
)


def problems(*wanted: int | type[ActionError], codes: dict[int, list[str]] | None = None) -> dict[str, Any]:
    """For `openapi_extra`: statuses, refusals of actions, further codes; `ALWAYS` goes without saying."""
    found: dict[int, list[str]] = {status: list(CODES[status]) for status in ALWAYS}
    for one in wanted:
        if isinstance(one, int):
            found.setdefault(one, []).extend(CODES[one])
        else:
            found.setdefault(REFUSALS[one].status, []).append(one.code)
    for status, more in (codes or {}).items():
        found.setdefault(status, []).extend(more)
    return {"responses": {status: _answer(status, found[status]) for status in sorted(found)}}


def _answer(status: int, codes: list[str]) -> dict[str, Any]:
    listed = ", ".join(f"`{code}`" for code in dict.fromkeys(codes))
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    return {
        "description": f"{MEANINGS[status]} Codes: {listed}.",
        "content": {MEDIA_TYPE: {"schema": schema}},
    }


def headers_of(status: int, *, is_counted: bool) -> dict[str, Any]:
    """`is_counted`: the request is one of those that a token has a number of."""
    said = HEADERS.get(status, {}) | (RATE if is_counted else {})
    return {
        name: {"description": words, "schema": {"type": kind}} for name, (kind, words) in sorted(said.items())
    }


EVENTS: dict[str, Any] = {
    "get": {
        "operationId": "events",
        "tags": ["Events"],
        "summary": "Listen to what changes",
        "description": LISTENING,
        "parameters": [
            {
                "in": "header",
                "name": "Last-Event-ID",
                "required": False,
                "schema": {"type": "string"},
                "description": "The id of the last event that you have.",
            }
        ],
        "responses": {
            "200": {
                "description": "The stream.",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            },
            **{str(status): _answer(status, CODES[status]) for status in (401, 405, 503)},
        },
        "security": [{"Bearer": []}],
    }
}
