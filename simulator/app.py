"""Which path leads where."""

from __future__ import annotations

import ipaddress

from aiohttp import web
from aiohttp.typedefs import Handler

from simulator import control, control_inbound, control_numbers, pages
from simulator.encoding import json_response
from simulator.simulator import SIMULATOR, Simulator

# A contact's pictures come in one JSON request, in base64.
LARGEST_REQUEST = 8 * 1024 * 1024
OPEN = web.AppKey("open", bool)
PUBLIC = web.AppKey("public", tuple)


def make_app(simulator: Simulator, *, open_control: bool) -> web.Application:
    app = web.Application(middlewares=[guard_control], client_max_size=LARGEST_REQUEST)
    app[SIMULATOR] = simulator
    app[OPEN] = open_control
    app[PUBLIC] = tuple(prefix for face in simulator.faces.values() for prefix in face.prefixes)
    for face in simulator.faces.values():
        face.add_routes(app.router)
    _add_control_routes(app.router)
    pages.add_routes(app.router)
    return app


def _add_control_routes(router: web.UrlDispatcher) -> None:
    router.add_get("/control/state", control.state)
    router.add_get("/control/messages", control.messages)
    router.add_get("/control/requests", control.requests)
    router.add_get("/control/alerts", control.alerts)
    router.add_get("/control/events", control.events)
    router.add_post("/control/reset", control.reset)
    router.add_route("*", "/control/settings", control.settings)
    router.add_route("*", "/control/faults", control.faults)
    router.add_delete("/control/faults/{id:[0-9]+}", control.remove_fault)
    router.add_post("/control/inbound", control_inbound.inbound)
    router.add_route("*", "/control/phones", control_inbound.phones)
    router.add_route("*", "/control/numbers", control_numbers.numbers)
    router.add_route("*", "/control/services", control_numbers.services)
    router.add_delete("/control/services/{sid}", control_numbers.remove_service)


@web.middleware
async def guard_control(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The control API and the pages are for this machine, and for no other site's script in its browser."""
    if request.path.startswith(request.app[PUBLIC]):
        return await handler(request)
    if not request.app[OPEN] and not (_is_loopback(request.remote) and _is_loopback(request.url.host)):
        return json_response({"error": "Only this machine may control the simulator."}, 403)
    if request.can_read_body and request.content_type != "application/json":
        return json_response({"error": "The body is JSON, of type application/json."}, 415)
    try:
        return await handler(request)
    except (ValueError, TypeError) as error:
        return json_response({"error": str(error)}, 400)


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
