"""The fields that Twilio posts with an inbound text."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.numbering import country_of
from simulator.records import Account, Media, Message, Service

API_VERSION = "2010-04-01"
PLACES = ("State", "City", "Zip")


def inbound_params(
    account: Account, message: Message, media: Mapping[str, Media], service: Service | None
) -> dict[str, str]:
    """Places are blank, as Twilio leaves them when it doesn't know."""
    params = {
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageSid": message.sid,
        "AccountSid": account.sid,
        "From": message.from_,
        "To": message.to,
        "Body": message.body,
        "NumMedia": str(message.num_media),
        "NumSegments": str(message.num_segments),
        "SmsStatus": "received",
        "ApiVersion": API_VERSION,
        "FromCountry": str(country_of(message.from_)),
        "ToCountry": str(country_of(message.to)),
        **{f"{who}{what}": "" for who in ("From", "To") for what in PLACES},
    }
    if service:
        params["MessagingServiceSid"] = service.sid
    path = f"{account.origin}/{API_VERSION}/Accounts/{account.sid}/Messages/{message.sid}/Media"
    for index, sid in enumerate(message.media):
        params[f"MediaUrl{index}"] = f"{path}/{sid}"
        params[f"MediaContentType{index}"] = media[sid].content_type
    return params
