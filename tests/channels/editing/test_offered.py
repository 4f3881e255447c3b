"""The account's numbers to tick on the Add page: the short way from credentials to a channel."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from channels import tasks
from channels.editing.offer_views import shares
from channels.itsp import ITSPS
from channels.models import Channel, Number
from channels.webhook.url import webhook_url_of
from routing.models import Extension, MessageQueue
from tests.channels.conftest import Filled
from tests.channels.form import ADD, rule
from tests.factories import make_agent, make_road
from tests.portal import text_of
from tests.servers import Simulator

NUMBERS = f"{ADD}numbers/"
LINE = f"{ADD}numbers/line/"
GUIDES, US, SANDBOX, BRITISH = "+25402161183", "+14155550100", "+15005550006", "+447700900123"


def carried(html: str) -> dict[str, list[str]]:
    """What the lines bring back when the form is sent."""
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    found: dict[str, list[str]] = {}
    for name, value in inputs:
        found.setdefault(name, []).append(unescape(value))
    return {name: found[name] for name in found if name.startswith(("offered", "decided"))}


def lines(html: str) -> dict[str, str]:
    """What is said of each number."""
    items = re.findall(r'(?s)<li class="offer-line.*?</li>', html)
    return {re.findall(r'name="pick"\s+value="([^"]+)"', one)[0]: text_of(one) for one in items}


def shown(browser: Client, values: dict[str, Any]) -> str:
    answer = browser.post(NUMBERS, values)
    assert answer.status_code == 200
    return answer.content.decode()


def test_numbers_of_the_account_say_what_each_lacks(
    admin_page: Client, filled: Filled, simulator: Simulator, ada: Extension
) -> None:
    make_road(ada, address=BRITISH)
    simulator.post("/control/numbers", {"address": SANDBOX, "sms": False})
    simulator.post("/control/numbers", {"address": US, "sms_url": "https://elsewhere.example/in"})
    html = shown(admin_page, filled())
    assert lines(html) == {
        US: f"{US} Texts and pictures Texts to the number go to https://elsewhere.example/in.",
        GUIDES: f"{GUIDES} Texts only The number has no webhook: texts to it go nowhere.",
        SANDBOX: f"{SANDBOX} It has no SMS feature. Purchase a number with SMS feature.",
        BRITISH: f"{BRITISH} It belongs to the channel “Main”. Remove it there first.",
    }
    assert len(re.findall(r"(?s)name=\"pick\"[^>]*\bdisabled", html)) == 2


def test_number_with_a_rule_in_the_form_is_not_offered_again(
    admin_page: Client, filled: Filled, ada: Extension
) -> None:
    html = shown(admin_page, filled(rule(GUIDES, ada)))
    assert lines(html)[GUIDES] == f"{GUIDES} It has a rule in this form already."


def test_webhook_of_another_channel_is_named_and_never_shown(
    admin_page: Client, filled: Filled, simulator: Simulator, ada: Extension
) -> None:
    road = make_road(ada, address=BRITISH)
    url = webhook_url_of(road.channel, ITSPS["twilio"])
    simulator.post("/control/numbers", {"address": US, "sms_url": url})
    html = shown(admin_page, filled())
    named = f"Texts to the number go to the Webhook URL of the channel “{road.channel.name}”."
    assert lines(html)[US].endswith(named)
    assert road.token not in html


def test_only_number_that_can_be_had_is_ticked_at_once(
    admin_page: Client, filled: Filled, simulator: Simulator, ada: Extension
) -> None:
    for number in (US, SANDBOX, BRITISH):
        simulator.post("/control/numbers", {"address": number, "sms": False})
    html = shown(admin_page, filled())
    assert re.findall(r'name="pick"\s+value="([^"]+)"[^>]*?\schecked', html) == [GUIDES]
    assert f'<option value="{ada.pk}" selected>' in html


def test_nothing_is_asked_without_whole_credentials_or_twice(
    admin_page: Client, filled: Filled, simulator: Simulator
) -> None:
    values = filled()
    for missing in ({"auth_token": ""}, {"account_sid": "AC12"}):
        assert admin_page.post(NUMBERS, values | missing).status_code == 204
    before = carried(shown(admin_page, values))
    assert admin_page.post(NUMBERS, values | before).status_code == 204
    assert admin_page.post(NUMBERS, values | before | {"again": "on"}).status_code == 200


@pytest.mark.parametrize(
    ("address", "wrong", "words"),
    [
        ("", {"auth_token": "0" * 32}, "Twilio does not accept this Account SID and Auth Token together."),
        ("http://127.0.0.1:9", {}, "The ITSP could not be reached."),
    ],
)
def test_what_can_not_be_listed_is_said_and_the_guides_way_is_named(
    admin_page: Client, filled: Filled, settings: Settings, address: str, wrong: dict[str, str], words: str
) -> None:
    values = filled(**wrong)
    settings.ITSP_API_URLS = {"twilio": address or settings.ITSP_API_URLS["twilio"]}
    said = text_of(shown(admin_page, values))
    assert f"They can’t be listed: {words}" in said
    assert "type it under Messaging Settings > Number > Add." in said


def test_silent_itsp_holds_the_page_no_longer_than_a_check(
    admin_page: Client, filled: Filled, simulator: Simulator, settings: Settings
) -> None:
    values = filled()
    settings.ITSP_CHECK_TIMEOUT_S = 0.5
    simulator.post("/control/faults", {"kind": "hang", "path": "IncomingPhoneNumbers"})
    assert "They can’t be listed:" in text_of(shown(admin_page, values))


def test_ticked_line_has_a_destination_and_its_agents_by_default(
    admin_page: Client, filled: Filled, ada: Extension, support: MessageQueue
) -> None:
    ben = make_agent("1002", "Ben")
    values = filled()
    values |= carried(shown(admin_page, values)) | {"pick": [GUIDES]}
    line = admin_page.post(LINE, values | {"line": GUIDES}).content.decode()
    assert f'<option value="queue-{support.pk}" selected>' in line
    assert f'<option value="{ada.pk}" selected>' in line
    assert "A message comes in to the Webhook URL above" in text_of(line)
    moved = values | {f"place-{GUIDES}": f"extension-{ben.pk}", f"decided-{GUIDES}": f"queue-{support.pk}"}
    line = admin_page.post(LINE, moved | {f"may-{GUIDES}": [ada.pk], "line": GUIDES}).content.decode()
    assert f'<option value="{ben.pk}" selected>' in line
    assert f'<option value="{ada.pk}" selected>' not in line
    assert admin_page.post(LINE, values | {"line": "+1"}).status_code == 204


def picked(browser: Client, values: dict[str, Any], *numbers: str, **more: Any) -> dict[str, Any]:
    return values | carried(shown(browser, values)) | {"pick": list(numbers)} | more


def test_ticked_numbers_become_rules_and_the_page_of_the_channel_opens(
    admin_page: Client, filled: Filled, ada: Extension, support: MessageQueue
) -> None:
    ben = make_agent("1002", "Ben")
    chosen = {f"place-{US}": f"extension-{ben.pk}", f"decided-{US}": f"extension-{ben.pk}"}
    typed = filled(rule(BRITISH, support, key="b" * 16), name=" ")
    values = picked(admin_page, typed, GUIDES, US, **chosen)
    values[f"place-{GUIDES}"] = f"queue-{support.pk}"
    answer = admin_page.post(ADD, values)
    channel = Channel.objects.get()
    assert (channel.name, channel.status) == ("Twilio", "connected")
    assert (answer.status_code, answer["Location"]) == (302, f"/channels/{channel.pk}/")
    stored = {n.address: (n.destination, [*n.initiators.all()]) for n in channel.numbers.all()}
    assert stored == {US: (ben, []), GUIDES: (support, [ada]), BRITISH: (support, [])}


def test_number_that_is_ticked_and_typed_is_taken_once_as_it_was_typed(
    admin_page: Client, filled: Filled, ada: Extension, support: MessageQueue
) -> None:
    chosen = {f"place-{US}": f"extension-{ada.pk}", f"decided-{US}": f"extension-{ada.pk}"}
    values = picked(admin_page, filled(name="Once"), US, GUIDES, **chosen)
    values["rule"] = [rule("+1 (415) 555-0100", support)]
    assert admin_page.post(ADD, values).status_code == 302
    stored = {number.address: number.destination for number in Channel.objects.get().numbers.all()}
    assert stored == {US: support, GUIDES: ada}


def test_number_that_is_typed_twice_is_an_error_of_its_row(
    admin_page: Client, filled: Filled, support: MessageQueue
) -> None:
    rules = [rule(US, support), rule("+1 (415) 555-0100", support, key="b" * 16)]
    answer = admin_page.post(ADD, filled(*rules))
    assert (answer.status_code, Channel.objects.count()) == (422, 0)
    assert f"{US} has a rule in this form already." in text_of(answer.content.decode())


def test_channel_without_a_name_gets_one_that_is_free(
    admin_page: Client, filled: Filled, ada: Extension
) -> None:
    for number, name in ((GUIDES, "Twilio"), (US, "Twilio 2")):
        admin_page.post(ADD, picked(admin_page, filled(name=""), number))
        assert Number.objects.get(address=number).channel.name == name


def test_webhooks_are_set_on_the_admins_word_alone(
    admin_page: Client,
    filled: Filled,
    simulator: Simulator,
    ada: Extension,
    public_url: str,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr("channels.actions.checking.nudge", lambda *args: asked.append(args))
    app = "AP" + "7" * 32
    simulator.post(
        "/control/numbers", {"address": US, "sms_url": "https://old.example/", "sms_method": "GET"}
    )
    simulator.post("/control/numbers", {"address": GUIDES, "sms_application_sid": app})
    values = picked(admin_page, filled(name="Two"), GUIDES, US, sets_webhooks="on")
    with django_capture_on_commit_callbacks(execute=True):
        admin_page.post(ADD, values)
    [(name, *arguments)] = asked
    assert name == "channels.tasks.fix_set_up"
    asked.clear()
    tasks.fix_set_up(*arguments)
    url = webhook_url_of(Channel.objects.get(), ITSPS["twilio"])
    found = {one["address"]: one for one in simulator.get("/control/numbers")["numbers"]}
    set_so = {
        address: (one["sms_url"], one["sms_method"], one["sms_application_sid"])
        for address, one in found.items()
    }
    assert set_so[US] == set_so[GUIDES] == (url, "POST", "")
    assert set_so[BRITISH] == ("", "POST", "")
    results = Channel.objects.get().set_up_results.filter(check_name__in=["webhook", "override"])
    assert sorted(results.values_list("number__address", "check_name", "outcome")) == [
        (US, "override", "pass"),
        (US, "webhook", "pass"),
        (GUIDES, "override", "pass"),
        (GUIDES, "webhook", "pass"),
    ]
    audit = text_of(admin_page.get("/audit/").content.decode())
    assert f"{GUIDES} (Two)" in audit


def test_what_changed_meanwhile_at_the_itsp_is_not_overwritten(
    admin_page: Client,
    filled: Filled,
    simulator: Simulator,
    ada: Extension,
    public_url: str,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr("channels.actions.checking.nudge", lambda *args: asked.append(args))
    values = picked(admin_page, filled(), GUIDES, sets_webhooks="on")
    with django_capture_on_commit_callbacks(execute=True):
        admin_page.post(ADD, values)
    simulator.post("/control/numbers", {"address": GUIDES, "sms_url": "https://colleague.example/"})
    tasks.fix_set_up(*asked[0][1:])
    found = {one["address"]: one["sms_url"] for one in simulator.get("/control/numbers")["numbers"]}
    assert found[GUIDES] == "https://colleague.example/"
    assert Channel.objects.get().set_up_results.get(check_name="webhook").outcome == "fail"


def test_without_the_word_nothing_is_changed(
    admin_page: Client,
    filled: Filled,
    simulator: Simulator,
    ada: Extension,
    public_url: str,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr("channels.actions.checking.nudge", lambda *args: asked.append(args))
    values = picked(admin_page, filled(), GUIDES)
    with django_capture_on_commit_callbacks(execute=True):
        admin_page.post(ADD, values)
    assert [name for name, *_rest in asked] == ["channels.tasks.check_set_up"]


def test_error_keeps_what_was_ticked(
    admin_page: Client, filled: Filled, ada: Extension, support: MessageQueue
) -> None:
    ben = make_agent("1002", "Ben")
    values = picked(admin_page, filled(name="x" * 128), GUIDES, sets_webhooks="on")
    values |= {f"place-{GUIDES}": f"queue-{support.pk}", f"decided-{GUIDES}": f"queue-{support.pk}"}
    answer = admin_page.post(ADD, values | {f"may-{GUIDES}": [ben.pk]})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert list(lines(html)) == [US, SANDBOX, GUIDES, BRITISH]
    assert f'<option value="{ben.pk}" selected>' in html
    assert re.search(r'name="sets_webhooks"[^>]* checked', html)
    again = carried(html) | {"pick": [GUIDES], f"place-{GUIDES}": f"queue-{support.pk}", "name": "Main"}
    admin_page.post(ADD, values | again | {f"may-{GUIDES}": [ben.pk]})
    assert [*Number.objects.get().initiators.all()] == [ben]


def test_number_that_was_taken_meanwhile_is_an_error_at_its_line(
    admin_page: Client, filled: Filled, ada: Extension
) -> None:
    values = picked(admin_page, filled(name="Mine"), GUIDES)
    road = make_road(ada, address=GUIDES)
    answer = admin_page.post(ADD, values)
    assert answer.status_code == 422
    assert answer.context["page"].first_tab == "authentication"
    assert f"{GUIDES} belongs to the channel “{road.channel.name}”." in lines(answer.content.decode())[GUIDES]


def test_number_without_a_place_to_go_is_an_error(admin_page: Client, filled: Filled) -> None:
    answer = admin_page.post(ADD, picked(admin_page, filled(name="Mine"), GUIDES))
    assert "Choose an extension." in lines(answer.content.decode())[GUIDES]


def test_made_up_lines_are_left_out(admin_page: Client, filled: Filled, ada: Extension) -> None:
    values = filled() | {"offered": ["made-up", ""], "pick": [GUIDES], "offered_hidden": "９"}
    admin_page.post(ADD, values)
    assert Number.objects.count() == 0


def test_account_with_many_numbers_shows_a_bounded_part(
    admin_page: Client, filled: Filled, simulator: Simulator
) -> None:
    for index in range(60):
        simulator.post("/control/numbers", {"address": f"+1202555{index:04}"})
    html = shown(admin_page, filled())
    assert len(lines(html)) == 50
    assert "The account has more numbers than are shown." in text_of(html)


def test_each_administrator_asks_once_at_a_time(
    admin_page: Client, filled: Filled, administrator: User
) -> None:
    values = filled()
    with shares.of(administrator.pk):
        assert "PBX is asking already." in text_of(shown(admin_page, values))
    assert lines(shown(admin_page, values))


def test_no_list_is_green_before_a_check_has_run(
    admin_page: Client, filled: Filled, ada: Extension, public_url: str
) -> None:
    admin_page.post(ADD, picked(admin_page, filled(), GUIDES, sets_webhooks="on"))
    channel = Channel.objects.get()
    places = ("/channels/", f"/channels/{channel.pk}/", f"/channels/{channel.pk}/sending/")
    for place in places:
        html = admin_page.get(place).content.decode()
        assert ("Being checked" in html, "status-green" in html) == (True, False)
    tasks.check_set_up(channel.pk)
    assert ["status-green" in admin_page.get(place).content.decode() for place in places] == [True] * 3
