"""Telnyx's own list of whom it blocks, for all numbers of a messaging profile."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from channels.itsp.api import UNREADABLE
from channels.itsp.base import Credentials
from channels.itsp.lists import OptOut, OptOutPage
from channels.itsp.telnyx.errors import reading, told
from channels.itsp.telnyx.http import checking
from channels.itsp.telnyx.messages import moment_of

PAGE = 250
ADDRESS = re.compile(r"\+[1-9][0-9]{2,14}|[0-9]{3,8}")


def page(credentials: Credentials, numbers: Collection[str], place: str) -> OptOutPage:
    """Addresses may come redacted, unless one asks for whole ones."""
    query = {
        "filter[messaging_profile_id]": str(credentials["messaging_profile_id"]),
        "page[number]": place or "1",
        "page[size]": str(PAGE),
        "redaction_enabled": "false",
    }
    with reading():
        answer = checking(credentials).get("messaging_optouts", **query)
        entries = told(answer)
        read = [_opt_out(entry, numbers) for entry in entries]
        next_place = str(int(query["page[number]"]) + 1) if _goes_on(answer.read(), entries) else ""
    found = [one for one in read if one]
    return OptOutPage(found, next_place, unreadable=len(read) - len(found))


def _goes_on(listed: Mapping[str, Any], entries: Collection[Any]) -> bool:
    """By its own count of pages, where it tells that: a page may be smaller than was asked for."""
    if not entries:
        return False
    try:
        return int(listed["meta"]["page_number"]) < int(listed["meta"]["total_pages"])
    except UNREADABLE:
        return True


def _opt_out(entry: Any, numbers: Collection[str]) -> OptOut | None:
    """`from` is the blocked sender and `to` the contact; where it is the other way round, we know ours."""
    try:
        ours, contact = str(entry["from"] or ""), str(entry["to"])
    except UNREADABLE:
        return None
    if contact in numbers:
        ours, contact = contact, ours
    if not ADDRESS.fullmatch(contact):
        return None
    return OptOut(contact, ours if ADDRESS.fullmatch(ours) else "", moment_of(entry.get("created_at")))
