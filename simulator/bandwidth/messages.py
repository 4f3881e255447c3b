"""The messages resource: sending one, and the list, which has neither words nor tags and comes late."""

from __future__ import annotations

import base64
import time
from typing import Any

from aiohttp import web

from simulator.bandwidth.account import CODE, account_of
from simulator.bandwidth.creating import check_message
from simulator.bandwidth.errors import ApiError
from simulator.bandwidth.moments import moment, read_moment
from simulator.bandwidth.rest import BODY, rest
from simulator.encoding import json_response
from simulator.records import Message
from simulator.simulator import SIMULATOR, Simulator

STATUSES = {
    "queued": "QUEUED",
    "sending": "SENDING",
    "sent": "SENT",
    "delivered": "DELIVERED",
    "failed": "FAILED",
    "undelivered": "UNDELIVERED",
    "received": "RECEIVED",
}
MOMENTS = {"fromDateTime": "1970-01-01T00:00:00Z", "toDateTime": "9999-01-01T00:00:00Z"}
NUMBERS = ("sourceTn", "destinationTn")
BY_FIELD = ("messageId", "messageStatus", "messageDirection", "messageType", "errorCode", "segmentCount")
KNOWN = frozenset(
    {
        *BY_FIELD[:5],
        *NUMBERS,
        *MOMENTS,
        *("sort", "pageToken", "limit", "limitTotalCount"),
    }
)
PAGE, MOST = 100, 10_000
SHORTEST_NUMBER = 5  # characters


@rest
async def create(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    if request.content_type != "application/json":
        raise ApiError(415)
    message, number = check_message(simulator, request[BODY])
    simulator.delivery.accept(message, number)
    body: Any = request[BODY]
    echoed = {name: body[name] for name in ("text", "media", "tag", "priority", "expiration") if name in body}
    return json_response(
        {
            "id": message.sid,
            "owner": message.from_,
            "applicationId": message.of_face["application_id"],
            "time": moment(message.created_at),
            "segmentCount": message.num_segments,
            "direction": "out",
            "to": body["to"],
            "from": message.from_,
            **echoed,
        },
        202,
    )


@rest
async def index(request: web.Request) -> web.StreamResponse:
    simulator, asked = request.app[SIMULATOR], request.query
    wrong = dict.fromkeys(asked.keys() - KNOWN, "is unknown")
    wrong |= {
        name: "is too short" for name in NUMBERS if name in asked and len(asked[name]) < SHORTEST_NUMBER
    }
    if wrong or not asked:
        raise ApiError(400, fields=wrong)
    try:
        limit, start = int(asked.get("limit", PAGE)), _start(asked.get("pageToken", ""))
        since, until = (read_moment(asked.get(name, ever)) for name, ever in MOMENTS.items())
    except ValueError as error:
        raise ApiError(400, fields={"query": str(error)}) from error
    if not limit > 0 or limit + start > MOST:
        raise ApiError(400, fields={"limit": "limit and after are 10000 at most"})
    rows = [row for row in _rows(simulator) if since <= read_moment(row["receiveTime"]) <= until]
    found = [row for row in rows if _fits(row, asked)]
    end = start + limit
    info = {"nextPageToken": _token(end)} if end < len(found) else {}
    return json_response({"totalCount": len(found), "pageInfo": info, "messages": found[start:end]})


def _rows(simulator: Simulator) -> list[dict[str, Any]]:
    """Newest first."""
    account = account_of(simulator)
    latest = time.time() - account.list_after_s
    known = [
        message
        for message in reversed(simulator.state.messages.values())
        if message.itsp == CODE and message.direction != "outbound-reply" and message.created_at <= latest
    ]
    behind_s = simulator.settings.clock_behind_s
    return [_row(account.account_id, message, behind_s) for message in known]


def _row(account_id: str, message: Message, behind_s: float) -> dict[str, Any]:
    row = {
        "messageId": message.sid,
        "accountId": account_id,
        "sourceTn": message.from_,
        "destinationTn": message.to,
        "messageStatus": STATUSES[message.status],
        "messageDirection": "INBOUND" if message.direction == "inbound" else "OUTBOUND",
        "messageType": "mms" if message.num_media else "sms",
        "segmentCount": message.num_segments,
        "receiveTime": moment(message.created_at - behind_s),
        "carrierName": None,
        "messageSize": len(message.body.encode()) if message.num_media else None,
        "messageLength": len(message.body),
        "attachmentCount": message.num_media or None,
        "recipientCount": 1 if message.num_media else None,
        "campaignClass": None,
        "campaignId": None,
    }
    return row | ({"errorCode": message.error_code} if message.error_code else {})


def _fits(row: dict[str, Any], asked: Any) -> bool:
    by_field = all(str(row.get(name, "")) == asked[name] for name in BY_FIELD if name in asked)
    return by_field and all(_is_of(row[name], asked[name]) for name in NUMBERS if name in asked)


def _is_of(address: str, wanted: str) -> bool:
    """Whole numbers, or the beginning of one."""
    if "," in wanted:
        return address in wanted.split(",")
    return address.startswith(wanted)


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(str(start).encode()).decode()


def _start(token: str) -> int:
    return int(base64.urlsafe_b64decode(token)) if token else 0
