"""Which path leads where. Hosts don't matter: every Twilio host may be replaced by this one."""

from __future__ import annotations

import ipaddress

from aiohttp import web
from aiohttp.typedefs import Handler

from simulator import (
    control,
    control_inbound,
    control_numbers,
    pages,
    rest_account,
    rest_media,
    rest_messages,
    rest_numbers,
    rest_services,
)
from simulator.encoding import json_response
from simulator.simulator import SIMULATOR, Simulator

# A contact's pictures come in one JSON request, in base64.
LARGEST_REQUEST = 8 * 1024 * 1024
OPEN = web.AppKey("open", bool)


def make_app(simulator: Simulator, *, open_control: bool) -> web.Application:
    app = web.Application(middlewares=[guard_control], client_max_size=LARGEST_REQUEST)
    app[SIMULATOR] = simulator
    app[OPEN] = open_control
    _add_rest_routes(app.router)
    _add_control_routes(app.router)
    pages.add_routes(app.router)
    return app


def _add_rest_routes(router: web.UrlDispatcher) -> None:
    account = "/2010-04-01/Accounts/{account}"
    messages, numbers = f"{account}/Messages", f"{account}/IncomingPhoneNumbers"
    router.add_post(f"{messages}.json", rest_messages.create)
    router.add_get(f"{messages}.json", rest_messages.index)
    router.add_get(f"{messages}/{{sid:[A-Z]+[0-9a-f]+}}.json", rest_messages.fetch)
    router.add_post(f"{messages}/{{sid:[A-Z]+[0-9a-f]+}}.json", rest_messages.update)
    router.add_delete(f"{messages}/{{sid:[A-Z]+[0-9a-f]+}}.json", rest_messages.delete)
    router.add_get(f"{messages}/{{sid}}/Media.json", rest_media.index)
    router.add_get(f"{messages}/{{sid}}/Media/{{media:[A-Z]+[0-9a-f]+}}.json", rest_media.fetch)
    router.add_get(f"{messages}/{{sid}}/Media/{{media:[A-Z]+[0-9a-f]+}}", rest_media.content)
    router.add_get("/cdn/{media}", rest_media.cdn)
    router.add_get(f"{numbers}.json", rest_numbers.index)
    router.add_get(f"{numbers}/{{sid}}.json", rest_numbers.fetch)
    router.add_post(f"{numbers}/{{sid}}.json", rest_numbers.update)
    router.add_get("/2010-04-01/Accounts.json", rest_account.accounts)
    router.add_get(f"{account}/Balance.json", rest_account.balance)
    router.add_get(f"{account}.json", rest_account.account)
    router.add_get("/v1/Services", rest_services.index)
    router.add_get("/v1/Services/{sid}", rest_services.fetch)
    router.add_post("/v1/Services/{sid}", rest_services.update)
    router.add_get("/v1/Services/{sid}/PhoneNumbers", rest_services.numbers)
    router.add_get("/v1/Services/{sid}/PhoneNumbers/{number}", rest_services.number)
    router.add_get("/v1/Services/{sid}/Compliance/Usa2p", rest_services.campaigns)
    router.add_get("/v1/Tollfree/Verifications", rest_services.toll_free_verifications)
    router.add_get("/v1/Webhooks/Rules", rest_account.webhook_rules)
    router.add_get("/v1/Webhooks/Settings/{setting}", rest_account.webhook_setting)
    router.add_get("/v1/Alerts", rest_account.alerts)
    router.add_get("/v1/Messaging/GeoPermissions", rest_account.geo_permissions)
    router.add_get("/v1/Messaging/Countries/{country}", rest_account.price)
    router.add_route("*", "/2010-04-01/{rest:.*}", rest_account.not_found)
    router.add_route("*", "/v1/{rest:.*}", rest_account.not_found)


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
    if request.path.startswith(("/2010-04-01/", "/v1/", "/cdn/")):
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
