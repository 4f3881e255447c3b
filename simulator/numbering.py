"""What a phone number's digits tell: kind, country, and Twilio's throughput for it."""

from __future__ import annotations

import re
from enum import StrEnum

E164 = re.compile(r"\+[1-9]\d{6,14}")
SHORT_CODE = re.compile(r"\d{3,8}")
ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +\-_&]{1,11}")

TOLL_FREE = ("800", "833", "844", "855", "866", "877", "888")

# Segments a second, by kind of number.
RATES = {"long-code": 1.0, "toll-free": 3.0, "short-code": 100.0, "international": 10.0}
# Pictures a second, for a US or Canadian long code.
MMS_RATE = 1.0


class Country(StrEnum):
    US = "US"
    AU = "AU"
    GB = "GB"
    KE = "KE"
    OTHER = ""


PREFIXES = {"+254": Country.KE, "+44": Country.GB, "+61": Country.AU}


def country_of(address: str) -> Country:
    """The countries that the simulator can tell apart; all of +1 counts as US, the rest is OTHER."""
    if address.startswith("+1"):
        return Country.US
    return next((c for prefix, c in PREFIXES.items() if address.startswith(prefix)), Country.OTHER)


def kind_of(address: str) -> str:
    """long-code and toll-free are +1; international is any number outside it."""
    if SHORT_CODE.fullmatch(address):
        return "short-code"
    if not address.startswith("+1"):
        return "international"
    return "toll-free" if address[2:5] in TOLL_FREE else "long-code"


def default_rate(address: str) -> float:
    """Segments a second that Twilio sends for a number of this kind."""
    return RATES[kind_of(address)]
