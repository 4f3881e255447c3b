"""What the control API knows of Bandwidth alone: its account and its applications."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from simulator.bandwidth.account import (
    CODE,
    account_of,
    applications,
    change_account,
    change_application,
)
from simulator.control import posted
from simulator.encoding import json_response
from simulator.records import Number
from simulator.simulator import SIMULATOR


async def account(request: web.Request) -> web.StreamResponse:
    """The account with its applications; POST {rate, doubles, ...} changes it."""
    simulator = request.app[SIMULATOR]
    if request.method == "POST":
        change_account(simulator, await posted(request))
        simulator.delivery.line(Number(CODE, "", CODE)).rate_changed()
    known = [asdict(one) for one in applications(simulator)]
    return json_response({**asdict(account_of(simulator)), "applications": known})


async def application(request: web.Request) -> web.StreamResponse:
    """POST {application_id?, inbound_url, inbound: [user, password], ...} adds one or changes it."""
    return json_response(asdict(change_application(request.app[SIMULATOR], await posted(request))))
