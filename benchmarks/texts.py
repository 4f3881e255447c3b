"""Inbound texts as Twilio posts them, signed by Twilio's own code. Knows nothing of the product."""

from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "fedcba9876543210" * 2
OUR_NUMBER = "+25402161183"
CONTACTS = 500
BODY = "Hello, are you open on Saturday, and may I bring the dog? It's a friendly one 🐕 "


def inbound_fields(number: int) -> dict[str, str]:
    """The text with this number; its contact is one of 500."""
    sid = f"SM{number:032x}"
    return {
        "ToCountry": "KE",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "94107",
        "SmsSid": sid,
        "FromState": "CA",
        "SmsStatus": "received",
        "FromCity": "SAN FRANCISCO",
        "Body": f"{BODY}{number}",
        "FromCountry": "US",
        "To": OUR_NUMBER,
        "ToZip": "",
        "NumSegments": "2",
        "MessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": f"+1415555{number % CONTACTS:04}",
        "ApiVersion": "2010-04-01",
    }


def request_of(url: str, number: int, **others: str) -> bytes:
    """A signed post, as it goes over the wire; `others` are fields that differ."""
    fields = inbound_fields(number) | others
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, fields)
    parts, body = urlsplit(url), urlencode(fields).encode()
    lines = [
        f"POST {parts.path} HTTP/1.1",
        f"Host: {parts.netloc}",
        "User-Agent: TwilioProxy/1.1",
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8",
        f"X-Twilio-Signature: {signature}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
