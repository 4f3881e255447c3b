"""Where an account's data lie, and under which names the API answers there.

Outside of the US both are named: the edge and the region. Names with a region alone, as api.ie1.twilio.com,
led to the US all the same, and ended in April 2026.
"""

import re
from typing import NamedTuple

from django.utils.translation import gettext_lazy

from channels.itsp.base import Credentials

US_HOST = "api.twilio.com"
_API = re.compile(r"api\.(?:(?:[a-z]+(?:-[a-z]+)?\.)?(?:us1|ie1|au1)\.)?twilio\.com")


class Region(NamedTuple):
    code: str
    edge: str


REGIONS = {one.code: one for one in (Region("ie1", "dublin"), Region("au1", "sydney"))}
CHOICES = [
    ("", gettext_lazy("United States (US1)")),
    ("ie1", gettext_lazy("Ireland (IE1)")),
    ("au1", gettext_lazy("Australia (AU1)")),
]


def region_of(credentials: Credentials) -> Region | None:
    """None is the US."""
    return REGIONS.get(str(credentials.get("region", "")))


def api_host(credentials: Credentials) -> str:
    region = region_of(credentials)
    return f"api.{region.edge}.{region.code}.twilio.com" if region else US_HOST


def is_api_host(host: str) -> bool:
    """Of any region: their media lie under these names."""
    return bool(_API.fullmatch(host))
