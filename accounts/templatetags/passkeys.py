"""Passkeys belong to a name: a page that was opened by an IP address says where to go instead."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.http.request import split_domain_port
from django.template import Context

register = template.Library()


@dataclass(frozen=True)
class OpenedBy:
    """`named`: the same page by a name that browsers take for passkeys; "" if none is known."""

    is_address: bool
    named: str = ""


@register.simple_tag(takes_context=True)
def opened_by(context: Context) -> OpenedBy:
    request = context["request"]
    host, port = split_domain_port(request.get_host())
    address = _address(host)
    if address is None:
        return OpenedBy(False)
    public = urlsplit(settings.PUBLIC_URL)
    if address.is_loopback:
        origin = f"{request.scheme}://localhost{f':{port}' if port else ''}"
    elif public.scheme == "https" and _address(public.hostname or "") is None:
        origin = settings.PUBLIC_URL
    else:
        return OpenedBy(True)
    return OpenedBy(True, f"{origin}{request.path}")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
