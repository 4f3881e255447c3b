"""Whether the outside world reaches us: PUBLIC_URL is https, with a valid name, and it is we who answer."""

import ipaddress
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from channels.itsp.base import Itsp
from channels.itsp.set_up import Check, CheckOutcome, Finding
from pbx_messaging.outside import http
from pbx_messaging.outside.deadline import within

LOCAL = ("localhost", ".localhost", ".local", ".internal", ".lan")


def check(itsp: Itsp) -> Finding:
    """A stand-in for the ITSP is content with what it can reach itself."""
    url = settings.PUBLIC_URL
    if not itsp.is_stand_in:
        if not url.startswith("https://"):
            why = _("%(url)s is not https.") % {"url": url}
            what_to_do = _("Set PUBLIC_URL to an https address that the internet reaches PBX by.")
            return _finding(CheckOutcome.FAIL, why, what_to_do)
        if _is_local(urlsplit(url).hostname or ""):
            why = _("%(url)s is an address of your own network; %(itsp)s can’t reach it.")
            what_to_do = _("Set PUBLIC_URL to an https address that the internet reaches PBX by.")
            return _finding(CheckOutcome.FAIL, why % {"url": url, "itsp": itsp.name}, what_to_do)
    return _call(url)


def _is_local(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host.endswith(LOCAL) or "." not in host


def _call(url: str) -> Finding:
    """From here to our own address. Not all networks let a machine do that, so silence proves nothing."""
    named = {"url": url}
    try:
        with http.session() as client, within(settings.ITSP_CHECK_TIMEOUT_S):
            answer = client.get(f"{url}/healthz", allow_redirects=False)
    except requests.exceptions.SSLError:
        why = _("The certificate of %(url)s is not valid for this name, has expired, or is not trusted.")
        return _finding(CheckOutcome.FAIL, why % named, _("Install a valid certificate for this name."))
    except (requests.RequestException, TimeoutError):
        why = _("PBX can’t reach %(url)s from its own machine. Some networks forbid that.")
        what_to_do = _("Open the address from outside your network, such as from a phone: it must answer.")
        return _finding(CheckOutcome.CANNOT_TELL, why % named, what_to_do)
    if answer.status_code == 200 and answer.text == "ok":
        return _finding(CheckOutcome.PASS, _("PBX answers at %(url)s.") % named)
    why = _("Something else than PBX answers at %(url)s (HTTP %(status)d).")
    what_to_do = _("Let the proxy or router at this address lead to PBX, or correct PUBLIC_URL.")
    return _finding(CheckOutcome.FAIL, why % {**named, "status": answer.status_code}, what_to_do)


def _finding(outcome: CheckOutcome, why: str, what_to_do: str = "") -> Finding:
    return Finding(Check.ADDRESS, outcome, why, what_to_do)
