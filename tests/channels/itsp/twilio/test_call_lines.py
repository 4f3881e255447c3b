"""What the log says of calls to Twilio: a line each, and one while nobody answers."""

import logging

import pytest
import requests
from pytest_django.fixtures import Settings

from channels.itsp.twilio.http import HttpClient
from pbx_messaging.outside import calls
from tests.servers import Simulator

pytestmark = pytest.mark.once


def test_each_call_has_a_line_but_while_twilio_is_away_there_is_one_for_all(
    simulator: Simulator, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    calls._in_vain.clear()
    caplog.set_level(logging.INFO)
    client, url = HttpClient(2.0), "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/+14155550123.json"
    there, settings.ITSP_API_URLS = settings.ITSP_API_URLS, {"twilio": "http://127.0.0.1:1"}
    for _ in range(calls.IN_VAIN + 4):
        with pytest.raises(requests.ConnectionError):
            client.request("GET", url)
    settings.ITSP_API_URLS = there
    client.request("GET", url)
    lines = [record for record in caplog.records if record.name.startswith("pbx_messaging.")]
    facts = [line.__dict__["facts"] for line in lines]
    said = [(one.get("status"), one.get("state")) for one in facts]
    failed = ("ConnectionError", None)
    assert said == [failed] * (calls.IN_VAIN - 1) + [(None, "away"), (None, "back"), (401, None)]
    assert [line.getMessage() for line in lines if "outage" in line.__dict__["facts"]] == [
        "Twilio is away: ConnectionError",
        f"Twilio is back after {facts[-2]['lasted_s']} s; further lines about it: 4",
    ]
    assert {one["path"] for one in facts if "path" in one} == {"/2010-04-01/Accounts/AC1/Messages/+….json"}
