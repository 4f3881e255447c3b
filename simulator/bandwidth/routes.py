"""Which path of Bandwidth's leads where. Its hosts have one prefix here: their paths don't overlap."""

from __future__ import annotations

from aiohttp import web

from simulator.bandwidth import control, dashboard, media, messages
from simulator.bandwidth.errors import ApiError
from simulator.bandwidth.rest import rest

PREFIX = "/bandwidth"


@rest
async def not_found(request: web.Request) -> web.StreamResponse:
    raise ApiError(404, request.path)


def add_routes(router: web.UrlDispatcher) -> None:
    user = f"{PREFIX}/api/v2/users/{{account}}"
    router.add_post(f"{user}/messages", messages.create)
    router.add_get(f"{user}/messages", messages.index)
    router.add_get(f"{user}/media/{{message}}/{{place:[0-9]+}}/{{name}}", media.content)
    account = f"{PREFIX}/api/accounts/{{account}}"
    application = f"{account}/applications/{{application}}"
    router.add_get(f"{account}/applications", dashboard.index)
    router.add_get(application, dashboard.fetch)
    router.add_put(application, dashboard.replace)
    router.add_get(f"{application}/associatedsippeers", dashboard.locations)
    router.add_get(f"{account}/sites/{{site}}/sippeers/{{peer}}/tns", dashboard.numbers)
    router.add_get(f"{PREFIX}/api/tns/{{number:[0-9]{{10}}}}/tndetails", dashboard.number_details)
    toll_free = f"{PREFIX}/api/v2/accounts/{{account}}/phoneNumbers/{{number}}/tollFreeVerification"
    router.add_get(toll_free, dashboard.toll_free)
    router.add_route("*", f"{PREFIX}/{{rest:.*}}", not_found)
    router.add_route("*", "/control/bandwidth", control.account)
    router.add_post("/control/bandwidth/applications", control.application)
