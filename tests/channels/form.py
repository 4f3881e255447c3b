"""The Add form of a channel as a browser sends it."""

import json
import re
from typing import Any

from django.test import Client

from routing.models import Extension, MessageQueue
from tests.factories import ACCOUNT_SID, AUTH_TOKEN

ADD = "/channels/add/sms/"
KEY = "00112233445566aa"


def rule(
    number: str,
    destination: Extension | MessageQueue,
    *initiators: Extension,
    key: str = KEY,
    number_rate: int | None = None,
) -> str:
    """A row of the Number section."""
    is_extension = isinstance(destination, Extension)
    return json.dumps(
        {
            "number": number,
            "destination": "extension" if is_extension else "queue",
            "extension": destination.pk if is_extension else None,
            "queue": None if is_extension else destination.pk,
            "initiators": [extension.pk for extension in initiators],
            "number_rate": number_rate,
            "key": key,
        }
    )


def token_on(page: Any) -> str:
    """The token that the form on the page carries."""
    found = re.search(r'name="token" value="([^"]*)"', page.content.decode())
    assert found
    return found[1]


def url_on(page: Any) -> str:
    """What stands in the field Webhook URL."""
    found = re.search(r'(?s)id="webhook-url"\s+value="([^"]*)"', page.content.decode())
    assert found
    return found[1].replace("&amp;", "&")


def rules_on(page: Any) -> list[dict[str, Any]]:
    """The rules in the form, without their keys."""
    table = page.context["page"].table
    return [{**vars(one), "key": None} for one in table.rules]


def filled(browser: Client, *rules: str, **changes: Any) -> dict[str, Any]:
    """A whole valid form for the simulator's account, from a fresh visit of the page."""
    return {
        "token": token_on(browser.get(ADD)),
        "itsp": "twilio",
        "name": "Main",
        "account_sid": ACCOUNT_SID,
        "auth_token": AUTH_TOKEN,
        "sending_rate": "10",
        "session_timeout_days": "7",
        "rate_unit": "messages",
        "message_validity_hours": "4",
        "rule": list(rules),
        **changes,
    }
