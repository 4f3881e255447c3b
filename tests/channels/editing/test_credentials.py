"""What an account's form takes beside its Account SID and Auth Token, tried at the simulator."""

from typing import Any

import pytest
from django.test import Client

from channels.actions import stop_channel
from channels.itsp import ITSPS
from channels.itsp.errors import ItspError
from channels.itsp.set_up import SetUp
from channels.itsp.texts import OutboundSms
from channels.itsp.twilio import regions
from channels.models import Channel
from routing.models import Extension
from tests.channels.conftest import Filled
from tests.channels.form import ADD, rule
from tests.factories import CONTACT
from tests.portal import errors_of
from tests.servers import Simulator

NUMBER = "+25402161183"
SECOND, KEY_SID, KEY_SECRET = "5ec0" * 8, "SK" + "0123456789abcdef" * 2, "key-secret-0123"


@pytest.fixture
def simulator_settings(simulator: Simulator) -> Any:
    return lambda **said: simulator.post("/control/settings", said)


@pytest.fixture
def add(admin_page: Client, filled: Filled, ada: Extension) -> Any:
    def post(**said: str) -> Any:
        return admin_page.post(ADD, filled(rule(NUMBER, ada), **said))

    return post


def edit(admin_page: Client, channel: Channel, ada: Extension, **said: str) -> Any:
    fields = {
        "name": "Main",
        "account_sid": channel.credentials["account_sid"],
        "auth_token": "",
        "sending_rate": "10",
        "session_timeout_days": "7",
        "rate_unit": "messages",
        "message_validity_hours": "4",
        "rule": [rule(NUMBER, ada)],
    }
    return admin_page.post(f"/channels/{channel.pk}/", fields | said)


def asked(simulator: Simulator) -> list[tuple[str, str]]:
    """Method and host of what was asked of the API."""
    requests = simulator.get("/control/requests?kind=api")["requests"]
    return [(one["method"], one["host"]) for one in requests]


def sent(channel: Channel) -> str:
    sender = ITSPS["twilio"].sender(channel.credentials)
    return sender.send(
        OutboundSms(NUMBER, CONTACT, "Hi", "https://x.example/w/", "0"), lambda: None
    ).itsp_message_id


def test_what_is_empty_is_not_stored(add: Any) -> None:
    add()
    assert set(Channel.objects.get().credentials) == {"account_sid", "auth_token"}


def test_second_token_is_kept_replaced_and_removed(add: Any, admin_page: Client, ada: Extension) -> None:
    add(second_auth_token=SECOND)
    channel = Channel.objects.get()
    assert channel.credentials["second_auth_token"] == SECOND
    page = admin_page.get(f"/channels/{channel.pk}/").content.decode()
    assert (SECOND in page, "remove_second_auth_token" in page) == (False, True)
    edit(admin_page, channel, ada)
    channel.refresh_from_db()
    assert channel.credentials["second_auth_token"] == SECOND
    edit(admin_page, channel, ada, remove_second_auth_token="on")
    channel.refresh_from_db()
    assert "second_auth_token" not in channel.credentials


def test_second_token_that_becomes_the_first_is_the_second_no_more(
    add: Any, admin_page: Client, ada: Extension, simulator_settings: Any
) -> None:
    add(second_auth_token=SECOND)
    simulator_settings(promoted_token=SECOND)
    channel = Channel.objects.get()
    edit(admin_page, channel, ada, auth_token=SECOND)
    channel.refresh_from_db()
    assert (channel.credentials["auth_token"], "second_auth_token" in channel.credentials) == (SECOND, False)
    assert channel.status == Channel.Status.CONNECTED


def test_second_token_never_sends(add: Any, simulator_settings: Any) -> None:
    add(second_auth_token=SECOND)
    simulator_settings(promoted_token=SECOND)
    with pytest.raises(ItspError) as refused:
        sent(Channel.objects.get())
    assert refused.value.code == "20003"


def test_api_key_sends_in_the_token_s_place(add: Any, simulator: Simulator, simulator_settings: Any) -> None:
    simulator_settings(api_keys=[f"{KEY_SID}:{KEY_SECRET}"])
    add(api_key_sid=KEY_SID, api_key_secret=KEY_SECRET)
    channel = Channel.objects.get()
    assert channel.status == Channel.Status.CONNECTED
    simulator_settings(promoted_token=SECOND)  # the token that the channel knows is none any more
    sid = sent(channel)
    itsp = ITSPS["twilio"]
    assert itsp.look_up(channel.credentials, sid).itsp_message_id == sid
    assert [one.code for one in [_refusal(itsp, channel)] if one] == ["20003"]


def _refusal(itsp: Any, channel: Channel) -> ItspError | None:
    try:
        itsp.check_credentials(channel.credentials)
    except ItspError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"api_key_sid": KEY_SID}, "api_key_secret"),
        ({"api_key_secret": KEY_SECRET}, "api_key_sid"),
        ({"api_key_sid": "AC" + "0" * 32, "api_key_secret": KEY_SECRET}, "api_key_sid"),
        ({"api_key_sid": KEY_SID, "api_key_secret": "wrong"}, "api_key_secret"),
        ({"region": "br1"}, "region"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    add: Any, simulator_settings: Any, said: dict[str, str], field: str
) -> None:
    simulator_settings(api_keys=[f"{KEY_SID}:{KEY_SECRET}"])
    answer = add(**said)
    assert (list(errors_of(answer.context["page"].credentials_form)), Channel.objects.count()) == ([field], 0)
    assert '<details class="guide mb-3" open>' in answer.content.decode()


@pytest.mark.parametrize(("region", "edge"), [("ie1", "dublin"), ("au1", "sydney")])
def test_account_in_a_region_is_asked_there(
    add: Any, simulator: Simulator, simulator_settings: Any, region: str, edge: str
) -> None:
    simulator_settings(region=region)
    assert add().context["page"].credentials_form.errors  # its token is known in its region alone
    add(region=region)
    channel = Channel.objects.get()
    sent(channel)
    assert asked(simulator)[-1] == ("POST", f"api.{edge}.{region}.twilio.com")
    assert regions.api_host(channel.credentials) == f"api.{edge}.{region}.twilio.com"


def test_set_up_check_tells_of_a_key_that_is_refused(add: Any, simulator_settings: Any) -> None:
    simulator_settings(api_keys=[f"{KEY_SID}:{KEY_SECRET}"])
    add(api_key_sid=KEY_SID, api_key_secret=KEY_SECRET)
    channel = Channel.objects.get()
    stop_channel(channel.pk, reason="20003")
    assert _credentials_finding(channel).outcome == "pass"
    simulator_settings(api_keys=[])
    finding = _credentials_finding(channel)
    assert (finding.outcome, finding.stops, "API key" in finding.why) == ("fail", True, True)


def _credentials_finding(channel: Channel) -> Any:
    return next(iter(ITSPS["twilio"].check_set_up(channel.credentials, SetUp([], "https://x/w/t/#rc=2"))))


# --- Webhook Rules ---

URL = "https://pbx.example.com/w/token/"
RULE = {"id": "webhooks_rule_1", "friendlyName": "All", "settings": [{"settingId": "s1", "percentage": 100}]}
SIGNED = {"id": "s1", "signature": {"type": "SHARED_KEY", "sharedKeyId": "k", "algorithm": "HMAC_SHA256"}}
PLAIN = {"id": "s1", "connection": {"connectTimeoutMs": 2000}}
PATIENT = {"id": "s1", "connection": {"retryPolicy": {"retryCount": 2, "retryOn": ["READ_TIMEOUT"]}}}


@pytest.mark.parametrize(
    ("matches", "setting", "key", "found"),
    [
        ({"matchType": "DEFAULT"}, SIGNED, "", ("fail", "SharedKey", True)),
        ({"matchType": "DEFAULT"}, SIGNED, "a-key", ("pass", "goes before", True)),
        (
            {"matchType": "PREFIX_MATCH", "prefix": "https://pbx.example.com/"},
            PLAIN,
            "",
            ("pass", "goes before", True),
        ),
        ({"matchType": "PREFIX_MATCH", "prefix": URL}, PATIENT, "", ("pass", "goes before", False)),
        ({"matchType": "EXACT_MATCH", "value": URL[:-1]}, PATIENT, "", ("pass", "goes before", False)),
        (
            {"matchType": "PREFIX_MATCH", "prefix": "https://other.example.com/"},
            SIGNED,
            "",
            ("pass", "No Webhook", False),
        ),
    ],
)
def test_webhook_rule_that_applies_is_told(
    simulator: Simulator,
    simulator_settings: Any,
    matches: dict[str, str],
    setting: dict[str, Any],
    key: str,
    found: tuple[str, str, bool],
) -> None:
    account = simulator.get("/control/state")
    simulator_settings(webhook_rules=[RULE | matches], webhook_settings=[setting])
    credentials = {name: account[name] for name in ("account_sid", "auth_token")} | {"webhook_key": key}
    findings = ITSPS["twilio"].check_set_up(credentials, SetUp([], f"{URL}#rc=2"))
    (finding,) = [one for one in findings if one.check == "rules"]
    assert (finding.outcome, found[1] in finding.why, bool(finding.what_to_do)) == (found[0], True, found[2])


def test_account_without_webhook_rules_is_told_nothing(simulator: Simulator) -> None:
    account = simulator.get("/control/state")
    findings = ITSPS["twilio"].check_set_up(account, SetUp([], f"{URL}#rc=2"))
    assert "rules" not in [one.check for one in findings]
