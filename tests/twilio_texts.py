"""A text as Twilio posts it, for those who have no Django."""

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "fedcba9876543210" * 2
OUR_NUMBER = "+25402161183"
CONTACT = "+14155550123"


def inbound_fields(sid: str, body: str, **others: str) -> dict[str, str]:
    """An inbound text as Twilio posts it."""
    return {
        "ToCountry": "KE",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "SmsSid": sid,
        "SmsStatus": "received",
        "Body": body,
        "FromCountry": "US",
        "To": OUR_NUMBER,
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": CONTACT,
        "ApiVersion": "2010-04-01",
        **others,
    }


def sid_of(number: int) -> str:
    return f"SM{number:032x}"
