"""The setup guide's page: Messaging > Message Channel > Add > SMS."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Role
from channels.models import Channel, Number, WebhookAddress
from channels.webhook.url import hash_of, webhook_url
from routing.models import Extension, MessageQueue
from tests.channels.conftest import Filled
from tests.channels.form import ADD, rule, rules_on, token_on, url_on
from tests.portal import errors_of, logged_in, make_user, messages_of, rows_of
from tests.servers import Simulator

GUIDES_NUMBER = "+25402161183"


def test_whole_channel_is_saved_in_one_go(
    admin_page: Client, filled: Filled, ada: Extension, support: MessageQueue
) -> None:
    rules = [rule(GUIDES_NUMBER, support, ada), rule("+12015550123", ada, key="a" * 16)]
    values = filled(*rules, close_automatically="on", session_timeout_days="30")
    answer = admin_page.post(ADD, values, follow=True)
    assert messages_of(answer) == ["The channel “Main” was saved and is connected."]
    assert rows_of(answer) == [
        ["Main", "Twilio", "+12015550123 +25402161183", "Being checked", "0", "0", "0", "0"]
    ]
    channel = Channel.objects.get()
    assert channel.credentials == {
        "account_sid": values["account_sid"],
        "auth_token": values["auth_token"],
    }
    assert (channel.sending_rate, channel.session_timeout_days, channel.status) == (10, 30, "connected")
    numbers = channel.numbers.order_by("address")
    assert [(n.address, n.destination, list(n.initiators.all())) for n in numbers] == [
        ("+12015550123", ada, []),
        (GUIDES_NUMBER, support, [ada]),
    ]


def test_webhook_url_is_a_new_one_at_each_visit_and_that_of_the_saved_form_works(
    admin_page: Client, filled: Filled, settings: Settings
) -> None:
    first = admin_page.get(ADD)
    values = filled()
    assert token_on(first) != values["token"]
    assert url_on(first) == f"{settings.PUBLIC_URL}/w/{token_on(first)}/#rc=2&rp=ct,rt,5xx&ct=2000&rt=3000"
    admin_page.post(ADD, values)
    address = WebhookAddress.objects.get()
    assert (address.token, address.token_hash) == (values["token"], hash_of(values["token"]))
    page = admin_page.get(f"/channels/{address.channel_id}/")
    assert url_on(page) == url_on(admin_page.get(f"/channels/{address.channel_id}/"))
    assert f"/w/{values['token']}/" in url_on(page)


def test_error_keeps_the_url_and_all_that_was_typed(
    admin_page: Client, filled: Filled, ada: Extension, support: MessageQueue
) -> None:
    values = filled(rule(GUIDES_NUMBER, support, ada), name="", sending_rate="25", session_timeout_days="9")
    before = admin_page.post(ADD, values)
    assert before.status_code == 422
    assert errors_of(before.context["page"].form) == {"name": ["This field is required."]}
    assert token_on(before) == values["token"]
    assert [(one["number"], one["queue"], one["initiators"]) for one in rules_on(before)] == [
        (GUIDES_NUMBER, support.pk, [ada.pk])
    ]
    html = before.content.decode()
    assert f'value="{values["account_sid"]}"' in html
    assert '<option value="25" selected>25</option>' in html
    assert Channel.objects.count() == 0


def test_auth_token_is_kept_for_the_visit_and_never_on_the_page(admin_page: Client, filled: Filled) -> None:
    values = filled(name="")
    answer = admin_page.post(ADD, values)
    assert values["auth_token"] not in answer.content.decode()
    assert "Kept as you typed it, and not shown again." in answer.content.decode()
    assert values["auth_token"] not in str(dict(admin_page.session))
    admin_page.post(ADD, values | {"name": "Main", "auth_token": ""})
    assert Channel.objects.get().credentials["auth_token"] == values["auth_token"]
    assert admin_page.session["kept_secrets"] == {}


def test_kept_auth_token_belongs_to_its_form_only(admin_page: Client, filled: Filled) -> None:
    admin_page.post(ADD, filled(name=""))
    answer = admin_page.post(ADD, filled(auth_token=""))
    assert errors_of(answer.context["page"].credentials_form) == {"auth_token": ["This field is required."]}


def test_wrong_auth_token_is_an_error_on_its_field(admin_page: Client, filled: Filled) -> None:
    answer = admin_page.post(ADD, filled(auth_token="0" * 32))
    words = (
        "Twilio does not accept this Account SID and Auth Token together. Copy both anew from the dashboard "
        "of the account that the number was purchased with."
    )
    assert errors_of(answer.context["page"].credentials_form) == {"auth_token": [words]}
    assert words in answer.content.decode()
    assert answer.context["page"].first_tab == "authentication"
    assert answer.context["page"].kept_names == {"auth_token"}
    assert Channel.objects.count() == 0


def test_unreachable_itsp_saves_with_its_reason(
    admin_page: Client, filled: Filled, settings: Settings
) -> None:
    values = filled()
    settings.ITSP_API_URLS = {"twilio": "http://127.0.0.1:9"}
    answer = admin_page.post(ADD, values, follow=True)
    channel = Channel.objects.get()
    assert channel.status == Channel.Status.NEVER_VERIFIED
    assert messages_of(answer) == [f"The channel “Main” was saved, but: {channel.status_reason}"]
    assert rows_of(answer)[0][3] == f"Never verified {channel.status_reason}"


def test_suspended_account_saves_as_failing(admin_page: Client, filled: Filled, simulator: Simulator) -> None:
    simulator.post("/control/settings", {"account_status": "suspended"})
    answer = admin_page.post(ADD, filled(), follow=True)
    assert rows_of(answer)[0][3].startswith("Failing ")
    assert Channel.objects.get().status == Channel.Status.FAILING


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"name": "x" * 128}, {"name": ["Ensure this value has at most 127 characters (it has 128)."]}),
        (
            {"sending_rate": "11"},
            {"sending_rate": ["Select a valid choice. 11 is not one of the available choices."]},
        ),
        (
            {"itsp": "carrier-pigeon"},
            {"itsp": ["Select a valid choice. carrier-pigeon is not one of the available choices."]},
        ),
        (
            {"close_automatically": "on", "session_timeout_days": "0"},
            {"session_timeout_days": ["Enter a number of days from 1 to 365, or hours."]},
        ),
        (
            {"close_automatically": "on", "session_timeout_days": "366"},
            {"session_timeout_days": ["Ensure this value is less than or equal to 365."]},
        ),
        (
            {"close_automatically": "on", "session_timeout_days": ""},
            {"session_timeout_days": ["Enter a number of days from 1 to 365, or hours."]},
        ),
        (
            {"close_automatically": "on", "session_timeout_days": "soon"},
            {"session_timeout_days": ["Enter a whole number."]},
        ),
        (
            {"message_validity_hours": "73"},
            {"message_validity_hours": ["Ensure this value is less than or equal to 72."]},
        ),
        (
            {"rate_unit": "letters"},
            {"rate_unit": ["Select a valid choice. letters is not one of the available choices."]},
        ),
    ],
)
def test_bad_input_is_refused_in_words(
    admin_page: Client, filled: Filled, change: dict[str, str], errors: dict[str, list[str]]
) -> None:
    answer = admin_page.post(ADD, filled(**change))
    assert answer.status_code == 422
    assert errors_of(answer.context["page"].form) == errors
    assert Channel.objects.count() == 0


@pytest.mark.parametrize("account_sid", ["", "AC123", "SK" + "0" * 32])
def test_bad_account_sid_is_refused(admin_page: Client, filled: Filled, account_sid: str) -> None:
    answer = admin_page.post(ADD, filled(account_sid=account_sid))
    assert list(errors_of(answer.context["page"].credentials_form)) == ["account_sid"]


def test_session_timeout_counts_only_when_ticked(admin_page: Client, filled: Filled) -> None:
    admin_page.post(ADD, filled(session_timeout_days="not a number, and not shown"))
    assert Channel.objects.get().session_timeout_days is None


def test_tab_with_errors_opens_first(admin_page: Client, filled: Filled) -> None:
    page = admin_page.post(ADD, filled(sending_rate="11")).context["page"]
    assert (page.tab_errors, page.first_tab) == ({"authentication": False, "messaging": True}, "messaging")
    page = admin_page.post(ADD, filled(sending_rate="11", account_sid="")).context["page"]
    assert (page.tab_errors, page.first_tab) == (
        {"authentication": True, "messaging": True},
        "authentication",
    )


def test_name_of_a_live_channel_is_taken(admin_page: Client, filled: Filled) -> None:
    admin_page.post(ADD, filled())
    answer = admin_page.post(ADD, filled())
    words = "Another channel has this name. Choose another one."
    assert errors_of(answer.context["page"].form) == {"name": [words]}


@pytest.mark.parametrize("token", ["", "forged", "é", "A" * 40, "x\0y"])
def test_token_that_is_not_ours_is_renewed(admin_page: Client, filled: Filled, token: str) -> None:
    check_renewed(admin_page, filled(token=token))


def test_used_token_is_renewed(admin_page: Client, filled: Filled) -> None:
    values = filled()
    admin_page.post(ADD, values)
    check_renewed(admin_page, values | {"name": "Second"})


def test_token_of_another_user_is_renewed(admin_page: Client, filled: Filled) -> None:
    other = logged_in(make_user("other", Role.ADMINISTRATOR))
    check_renewed(admin_page, filled(token=token_on(other.get(ADD))))


def check_renewed(browser: Client, values: dict[str, Any]) -> None:
    known = Channel.objects.count()
    answer = browser.post(ADD, values)
    assert answer.context["page"].token_error == (
        "This Webhook URL can't be used any more and was renewed. Configure the new one on Twilio, then save "
        "again."
    )
    renewed = token_on(answer)
    assert renewed != values["token"]
    assert url_on(answer) == webhook_url(renewed, answer.context["page"].itsp)
    assert Channel.objects.count() == known
    browser.post(ADD, values | {"token": renewed, "auth_token": ""})
    assert Channel.objects.count() == known + 1


def test_guides_words_stand_beside_their_fields(admin_page: Client) -> None:
    html = " ".join(admin_page.get(ADD).content.decode().split())
    for words in (
        "The URL will change once you leave the current page, please make sure you use the latest",
        "10DLC (10-digit Long Code) phone numbers that are used for A2P",
        "Search and purchase a number with SMS feature.",
        "This setting should be completed in the parent account.",
        "The account MUST be the one used for purchasing the number.",
        "PBX will arrange the messages in queue and send them at the sending rate.",
        "Contact your SMS service provider to confirm the sending rate limit of your account",
    ):
        assert words in html
    for link in (
        "https://www.twilio.com/en-us/sms/pricing",
        "https://console.twilio.com/us1/develop/sms/settings/geo-permissions",
    ):
        assert f'href="{link}" target="_blank" rel="noopener"' in html


def test_number_of_the_guide_is_kept_digit_for_digit(
    admin_page: Client, filled: Filled, ada: Extension
) -> None:
    admin_page.post(ADD, filled(rule(GUIDES_NUMBER, ada)))
    assert Number.objects.get().address == "+25402161183"
