"""Which path of Twilio's leads where. Hosts don't matter: every Twilio host may be replaced by this one."""

from __future__ import annotations

from aiohttp import web

from simulator.twilio import rest_account, rest_media, rest_messages, rest_numbers, rest_services


def add_routes(router: web.UrlDispatcher) -> None:
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
