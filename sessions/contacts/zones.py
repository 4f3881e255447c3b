"""In which time zone a contact lives: as agents have set it, or as the number tells."""

import zoneinfo
from dataclasses import dataclass
from datetime import datetime

import phonenumbers
from django.utils import timezone
from phonenumbers import timezone as number_zones

from channels.phone_numbers import is_e164
from sessions.models import Contact

UNKNOWN = number_zones.UNKNOWN_TIMEZONE


@dataclass(frozen=True)
class ContactZone:
    """`zone` is None where it is not known; then `several` says whether the number's country has several.

    `is_set`: an agent has said so.
    """

    zone: zoneinfo.ZoneInfo | None = None
    is_set: bool = False
    several: bool = False

    @property
    def place(self) -> str:
        """The city by which the zone is called, as "Nairobi"."""
        return self.zone.key.rpartition("/")[2].replace("_", " ") if self.zone else ""

    @property
    def now(self) -> datetime:
        return timezone.now().astimezone(self.zone)

    @property
    def is_another(self) -> bool:
        """Whether clocks there show something else than the reader's, in summer or in winter."""
        mine = timezone.get_current_timezone()
        return self.zone is not None and any(
            at.astimezone(self.zone).utcoffset() != at.astimezone(mine).utcoffset() for at in _TIMES
        )


_TIMES = [datetime(2026, month, 1, tzinfo=zoneinfo.ZoneInfo("UTC")) for month in (1, 7)]


def zone_of(contact: Contact) -> ContactZone:
    """Of several zones of a number one is taken only where clocks agree in all of them now."""
    if zone := _read(contact.time_zone):
        return ContactZone(zone, is_set=True)
    zones = _of_number(contact.address)
    now = timezone.now()
    if len({now.astimezone(zone).utcoffset() for zone in zones}) == 1:
        return ContactZone(zones[0])
    return ContactZone(several=bool(zones))


def _of_number(address: str) -> list[zoneinfo.ZoneInfo]:
    if not is_e164(address):
        return []
    try:
        names = number_zones.time_zones_for_number(phonenumbers.parse(address, None))
    except phonenumbers.NumberParseException:
        return []
    return [zone for name in names if name != UNKNOWN and (zone := _read(name))]


def _read(name: str) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None
