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
        "From": contact_of(number),
        "ApiVersion": "2010-04-01",
    }


def callback_fields(number: int, status: str = "sent") -> dict[str, str]:
    """What becomes of the text that we sent with this number."""
    sid = sent_id(number)
    return {
        "SmsSid": sid,
        "SmsStatus": status,
        "MessageStatus": status,
        "To": contact_of(number),
        "MessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": OUR_NUMBER,
        "ApiVersion": "2010-04-01",
    }


def contact_of(number: int) -> str:
    """Whose the text with this number is."""
    return f"+1415555{number % CONTACTS:04}"


def sent_id(number: int) -> str:
    """The ITSP's id of a text that we sent."""
    return f"SM{number:032x}"


def request_of(url: str, number: int, **others: str) -> bytes:
    """An inbound text, as it goes over the wire, signed; `others` are fields that differ."""
    return signed(url, inbound_fields(number) | others)


def signed(url: str, fields: dict[str, str]) -> bytes:
    """A post as it goes over the wire."""
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, fields)
    parts, body = urlsplit(url), urlencode(fields).encode()
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    lines = [
        f"POST {target} HTTP/1.1",
        f"Host: {parts.netloc}",
        "User-Agent: TwilioProxy/1.1",
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8",
        f"X-Twilio-Signature: {signature}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
