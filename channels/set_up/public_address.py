"""Whether the outside world reaches us: PUBLIC_URL is https, with a valid name, and it is we who answer."""

import ipaddress
from urllib.parse import urlsplit

import requests
from django.conf import settings

from channels.itsp.base import Itsp
from channels.itsp.set_up import Check, CheckOutcome, Finding
from channels.set_up import address_words as words
from pbx_messaging.outside import http
from pbx_messaging.outside.deadline import within

LOCAL = ("localhost", ".localhost", ".local", ".internal", ".lan")


def check(itsp: Itsp) -> Finding:
    """A stand-in for the ITSP is content with what it can reach itself."""
    url = settings.PUBLIC_URL
    if not itsp.is_stand_in:
        if not url.startswith("https://"):
            return _finding(CheckOutcome.FAIL, words.NOT_HTTPS(url=url), words.SET_PUBLIC_URL())
        if _is_local(urlsplit(url).hostname or ""):
            return _finding(CheckOutcome.FAIL, words.LOCAL(url=url, itsp=itsp.name), words.SET_PUBLIC_URL())
    return _call(url)


def _is_local(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host.endswith(LOCAL) or "." not in host


def _call(url: str) -> Finding:
    """From here to our own address. Not all networks let a machine do that, so silence proves nothing."""
    try:
        with http.session() as client, within(settings.ITSP_CHECK_TIMEOUT_S):
            answer = client.get(f"{url}/healthz", allow_redirects=False)
    except requests.exceptions.SSLError:
        return _finding(CheckOutcome.FAIL, words.BAD_CERTIFICATE(url=url), words.INSTALL_CERTIFICATE())
    except (requests.RequestException, TimeoutError):
        return _finding(CheckOutcome.CANNOT_TELL, words.NOT_REACHED(url=url), words.OPEN_FROM_OUTSIDE())
    if answer.status_code == 200 and answer.text == "ok":
        return _finding(CheckOutcome.PASS, words.WE_ANSWER(url=url))
    return _finding(
        CheckOutcome.FAIL, words.SOMETHING_ELSE(url=url, status=answer.status_code), words.LEAD_TO_US()
    )


def _finding(outcome: CheckOutcome, why: str, what_to_do: str = "") -> Finding:
    return Finding(Check.ADDRESS, outcome, why, what_to_do)
