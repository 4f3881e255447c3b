"""The dashboard's API, in XML: applications, the location that is linked with one, and its numbers."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from aiohttp import web

from simulator.bandwidth.account import (
    CODE,
    PEER,
    SITE,
    Application,
    account_of,
    application_of,
    applications,
    keep_application,
)
from simulator.bandwidth.errors import ApiError
from simulator.bandwidth.rest import rest
from simulator.encoding import json_response
from simulator.simulator import SIMULATOR


@rest
async def index(request: web.Request) -> web.StreamResponse:
    root = Element("ApplicationProvisioningResponse")
    listed = SubElement(root, "ApplicationList")
    for one in applications(request.app[SIMULATOR]):
        listed.append(_element(one))
    return _answer(root)


@rest
async def fetch(request: web.Request) -> web.StreamResponse:
    return _answer(_response(_application(request)))


@rest
async def replace(request: web.Request) -> web.StreamResponse:
    """All that is not named is gone, but for the type, which stays."""
    before = _application(request)
    try:
        asked = ElementTree.fromstring(await request.read())  # noqa: S314 (from this machine)
    except ElementTree.ParseError as error:
        raise ApiError(400, request.path) from error
    name = asked.findtext("AppName", "")
    if asked.tag != "Application" or not name or asked.find("ApplicationId") is not None:
        raise ApiError(400, request.path)
    after = Application(
        before.application_id,
        name,
        before.service_type,
        inbound_url=asked.findtext("InboundCallbackUrl", ""),
        outbound_url=asked.findtext("OutboundCallbackUrl", ""),
        inbound=_login(asked, "InboundCallbackCreds"),
        outbound=_login(asked, "OutboundCallbackCreds"),
        types=[one.text or "" for one in asked.findall("RequestedCallbackTypes/CallbackType")],
    )
    keep_application(request.app[SIMULATOR], after)
    return _answer(_response(after))


@rest
async def locations(request: web.Request) -> web.StreamResponse:
    """One, where the application has numbers."""
    application = _application(request)
    root = Element("AssociatedSipPeersResponse")
    listed = SubElement(root, "AssociatedSipPeers")
    if _numbers(request, application.application_id):
        place = _texts(SubElement(listed, "AssociatedSipPeer"), SiteId=SITE, SiteName="Prod")
        _texts(place, PeerId=f"{PEER}{_place(request, application)}", PeerName="Prod")
    return _answer(root)


@rest
async def numbers(request: web.Request) -> web.StreamResponse:
    known = applications(request.app[SIMULATOR])
    place = request.match_info["peer"].removeprefix(PEER)
    if request.match_info["site"] != SITE or not place.isdecimal() or int(place) >= len(known):
        raise ApiError(404, request.path)
    root = Element("SipPeerTelephoneNumbersResponse")
    listed = SubElement(root, "SipPeerTelephoneNumbers")
    for address in _numbers(request, known[int(place)].application_id):
        _texts(SubElement(listed, "SipPeerTelephoneNumber"), FullNumber=address.removeprefix("+1"))
    return _answer(root)


@rest
async def number_details(request: web.Request) -> web.StreamResponse:
    """The number is named without its country code."""
    number, simulator = f"+1{request.match_info['number']}", request.app[SIMULATOR]
    if number not in {one.address for one in simulator.state.numbers_of(CODE)}:
        raise ApiError(404, request.path)
    root = Element("TelephoneNumberResponse")
    details = _texts(SubElement(root, "TelephoneNumberDetails"), FullNumber=number[2:], Status="Inservice")
    is_registered = number not in account_of(simulator).unregistered
    campaign = {"CampaignId": "C51A0BW", "MessageClass": "F"} if is_registered else {}
    told = {"SmsEnabled": "true", "MessageClass": "UNREGISTERED", "A2pState": "system_default", **campaign}
    _texts(SubElement(details, "MessagingSettings"), **told)
    return _answer(root)


@rest
async def toll_free(request: web.Request) -> web.StreamResponse:
    """In JSON, at another host of Bandwidth's."""
    number = request.app[SIMULATOR].state.numbers.get(request.match_info["number"])
    if number is None or number.itsp != CODE or number.kind != "toll-free":
        raise ApiError(404, request.path)
    status = number.toll_free_status or "UNVERIFIED"
    return json_response({"phoneNumber": number.address, "status": status})


def _application(request: web.Request) -> Application:
    found = application_of(request.app[SIMULATOR], request.match_info["application"])
    if found is None:
        raise ApiError(404, request.path)
    return found


def _place(request: web.Request, application: Application) -> int:
    ids = [one.application_id for one in applications(request.app[SIMULATOR])]
    return ids.index(application.application_id)


def _numbers(request: web.Request, application_id: str) -> list[str]:
    owned = request.app[SIMULATOR].state.numbers_of(CODE)
    return [number.address for number in owned if number.belongs_to == application_id]


def _response(application: Application) -> Element:
    root = Element("ApplicationProvisioningResponse")
    root.append(_element(application))
    return root


def _element(application: Application) -> Element:
    """Passwords are never told."""
    element = _texts(
        Element("Application"),
        ApplicationId=application.application_id,
        ServiceType=application.service_type,
        AppName=application.name,
        InboundCallbackUrl=application.inbound_url,
        OutboundCallbackUrl=application.outbound_url,
    )
    logins = (("InboundCallbackCreds", application.inbound), ("OutboundCallbackCreds", application.outbound))
    for name, (user, _password) in logins:
        if user:
            _texts(SubElement(element, name), UserId=user)
    requested = SubElement(element, "RequestedCallbackTypes")
    for kind in application.types:
        _texts(requested, CallbackType=kind)
    return element


def _texts(parent: Element, **texts: str) -> Element:
    for name, text in _given(texts.items()):
        SubElement(parent, name).text = text
    return parent


def _given(texts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, text) for name, text in texts if text]


def _login(asked: Element, name: str) -> list[str]:
    return [asked.findtext(f"{name}/UserId", ""), asked.findtext(f"{name}/Password", "")]


def _answer(root: Element) -> web.Response:
    text = ElementTree.tostring(root, encoding="unicode")
    declared = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}'
    return web.Response(text=declared, content_type="application/xml")
