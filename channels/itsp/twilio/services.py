"""Messaging Services: whose pool a number is in. Twilio has no reverse look-up, so all are read once."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Service:
    """A Messaging Service. `inbound_url` is "" where it drops what comes in."""

    sid: str
    name: str
    inbound_url: str
    defers_to_number: bool
    numbers: frozenset[str]  # SIDs


class Services:
    """All of an account, read when they are first asked for. What Twilio answered once is not asked again."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._found: list[Service] | None = None
        self._error: Exception | None = None
        self._campaigns: dict[str, str] = {}

    def of(self, number_sid: str) -> Service | None:
        """The one that the number is in. Raises what `twilio` raises."""
        if self._error:
            raise self._error
        if self._found is None:
            try:
                self._found = [self._read(one) for one in self._client.messaging.v1.services.list()]
            except Exception as error:
                self._error = error
                raise
        return next((service for service in self._found if number_sid in service.numbers), None)

    def campaign_status(self, service: Service) -> str:
        """Of its A2P 10DLC registration; "" if it has none."""
        if service.sid not in self._campaigns:
            campaigns = self._client.messaging.v1.services(service.sid).us_app_to_person.list()
            statuses = [str(campaign.campaign_status or "") for campaign in campaigns]
            status = "VERIFIED" if "VERIFIED" in statuses else "".join(statuses[:1])
            self._campaigns[service.sid] = status
        return self._campaigns[service.sid]

    def _read(self, one: Any) -> Service:
        senders = self._client.messaging.v1.services(one.sid).phone_numbers.list()
        return Service(
            sid=one.sid,
            name=one.friendly_name or one.sid,
            inbound_url=one.inbound_request_url or "",
            defers_to_number=bool(one.use_inbound_webhook_on_number),
            numbers=frozenset(sender.sid for sender in senders),
        )
