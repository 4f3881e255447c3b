"""Bandwidth's dashboard API, in XML: the messaging application, and the numbers that are led to it.

Whether a toll-free number is verified is told by another host, in JSON.

An application serves many locations, a location has one messaging application, and a number lies in one
location.
"""

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from django.conf import settings

from channels.itsp.api import ERRORS, UNREADABLE, Api
from channels.itsp.bandwidth import tables
from channels.itsp.bandwidth.client import DASHBOARD, GATEWAY, NAME, address_of
from channels.itsp.bandwidth.credentials import api_login
from channels.itsp.bandwidth.errors import failure, of_question, refusal
from channels.itsp.base import Credentials
from channels.itsp.errors import Advice, ItspError

PORTAL = "https://dashboard.bandwidth.com/"
MOST_LOCATIONS = 20
FIXED = ("ApplicationId", "ServiceType")  # what can't be changed is not sent
NATIONAL_DIGITS = 10


@dataclass(frozen=True)
class Application:
    """`element` is Bandwidth's own, so that what we don't know of it stays as it is when it is changed."""

    element: Element

    def text(self, path: str) -> str:
        return (self.element.findtext(path) or "").strip()

    def texts(self, path: str) -> list[str]:
        return [(found.text or "").strip() for found in self.element.findall(path)]

    def changed(self, texts: dict[str, Sequence[str]]) -> "Application":
        """With other texts at those paths, each of one or two names."""
        element = copy.deepcopy(self.element)
        for path, values in texts.items():
            folder, _slash, name = path.rpartition("/")
            parent = element if not folder else _child(element, folder)
            for old in parent.findall(name):
                parent.remove(old)
            for value in values:
                ElementTree.SubElement(parent, name).text = value
        return Application(element)


class Dashboard:
    """What it answers raises `ItspError`; its `code` is the HTTP status, where there was one."""

    def __init__(self, credentials: Credentials, total_s: float) -> None:
        self._api = Api(NAME, settings.ITSP_CHECK_TIMEOUT_S, total_s)
        self._login = api_login(credentials)
        self._account_id = str(credentials["account_id"])
        self._account = f"/api/accounts/{credentials['account_id']}"
        self._application = f"{self._account}/applications/{credentials['application_id']}"

    def application(self) -> Application:
        found = self._ask(self._application).find(".//Application")
        if found is None:
            raise _unreadable()
        return Application(found)

    def replace(self, application: Application) -> None:
        element = copy.deepcopy(application.element)
        for name in FIXED:
            for child in element.findall(name):
                element.remove(child)
        self._call("PUT", self._application, ElementTree.tostring(element, encoding="utf-8"))

    def numbers(self) -> tuple[list[str], bool]:
        """Of all locations that are linked with the application, and whether those are all."""
        linked = self._ask(f"{self._application}/associatedsippeers")
        locations = linked.findall(".//AssociatedSipPeer")
        numbers: list[str] = []
        for location in locations[:MOST_LOCATIONS]:
            site, peer = location.findtext("SiteId", ""), location.findtext("PeerId", "")
            if not (site.isdecimal() and peer.isdecimal()):
                raise _unreadable()
            listed = self._ask(f"{self._account}/sites/{site}/sippeers/{peer}/tns")
            numbers += [_e164(found.text or "") for found in listed.iter("FullNumber")]
        return numbers, len(locations) <= MOST_LOCATIONS

    def messaging_settings(self, number: str) -> dict[str, str]:
        """Of a North American number: its campaign and message class, where Bandwidth tells them."""
        found = self._ask(f"/api/tns/{number.removeprefix('+1')}/tndetails").find(".//MessagingSettings")
        return {} if found is None else {one.tag: (one.text or "").strip() for one in found}

    def toll_free_status(self, number: str) -> str:
        """VERIFIED, UNVERIFIED or PENDING."""
        path = f"/api/v2/accounts/{self._account_id}/phoneNumbers/{quote(number)}/tollFreeVerification"
        try:
            return str(json.loads(self._call("GET", path, host=GATEWAY))["status"])
        except UNREADABLE as error:
            raise _unreadable() from error

    def _ask(self, path: str) -> Element:
        try:
            return parsed(self._call("GET", path))
        except UNREADABLE as error:
            raise _unreadable() from error

    def _call(self, method: str, path: str, body: bytes | None = None, *, host: str = DASHBOARD) -> bytes:
        headers = {"Content-Type": "application/xml; charset=utf-8"} if body else {}
        url = address_of(host, path)
        try:
            answer = self._api.call(method, url, auth=self._login, data=body, headers=headers)
        except ERRORS as error:
            raise of_question(failure(error)) from error
        if not 200 <= answer.status_code < 300:
            raise of_question(refusal(answer))
        return answer.content


def parsed(body: bytes) -> Element:
    """Raises `ValueError` for what is no XML, or has a document type: without one, nothing is expanded."""
    text = body.decode("utf-8-sig")
    if "<!DOCTYPE" in text:
        raise ValueError("a document type")
    try:
        return ElementTree.fromstring(text)  # noqa: S314 (it has no document type)
    except ElementTree.ParseError as error:
        raise ValueError("no XML") from error


def _child(parent: Element, name: str) -> Element:
    found = parent.find(name)
    return ElementTree.SubElement(parent, name) if found is None else found


def _e164(number: str) -> str:
    """Bandwidth writes North American numbers without their country code."""
    digits = number.strip().removeprefix("+")
    return f"+1{digits}" if len(digits) == NATIONAL_DIGITS else f"+{digits}"


def _unreadable() -> ItspError:
    return ItspError(Advice.RETRY, tables.NO_ANSWER())
