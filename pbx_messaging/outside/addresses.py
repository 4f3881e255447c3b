"""Which addresses lie outside our own network."""

import ipaddress
from urllib.parse import urlsplit

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """Whether an address, as the system's resolver gives it, is one of the public internet's."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if address in _NAT64:  # a network without IPv4 reaches it by this
        address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return all(_is_public(one) for one in (address, *_inside(address)))


def is_plain_https(url: str, *, any_port: bool = False) -> bool:
    """One that all readers read alike."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>')
    is_host = bool(parts.hostname) and "@" not in parts.netloc and (any_port or port in {None, 443})
    return plain and parts.scheme == "https" and is_host


def _is_public(address: Ip) -> bool:
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not special


def _inside(address: Ip) -> list[Ip]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    teredo = address.teredo or ()
    return [one for one in (address.ipv4_mapped, address.sixtofour, *teredo) if one is not None]
