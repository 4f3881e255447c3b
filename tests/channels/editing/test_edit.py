import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from channels.models import Channel, Number
from channels.webhook import keys as webhook_keys
from routing.models import Extension, MessageQueue
from sessions.ending.archiving import archive_channel
from tests.channels.conftest import Filled
from tests.channels.form import ADD, rule, rules_on
from tests.factories import make_agent, make_road
from tests.portal import errors_of, logged_in, messages_of
from tests.servers import Simulator

NUMBER = "+25402161183"


@pytest.fixture
def channel(admin_page: Client, filled: Filled, ada: Extension, support: MessageQueue) -> Channel:
    """Saved by the Add form, with one number."""
    admin_page.post(ADD, filled(rule(NUMBER, support, ada)))
    return Channel.objects.get()


@pytest.fixture
def edited(channel: Channel, ada: Extension, support: MessageQueue) -> dict[str, Any]:
    """What a browser sends when the Edit form is saved as it is."""
    return {
        "name": "Main",
        "account_sid": channel.credentials["account_sid"],
        "auth_token": "",
        "sending_rate": "10",
        "session_timeout_days": "7",
        "rate_unit": "messages",
        "message_validity_hours": "4",
        "rule": [rule(NUMBER, support, ada)],
    }


def test_edit_shows_what_is_stored_but_the_auth_token(
    admin_page: Client, channel: Channel, ada: Extension, support: MessageQueue
) -> None:
    page = admin_page.get(f"/channels/{channel.pk}/")
    html = page.content.decode()
    assert f'value="{channel.credentials["account_sid"]}"' in html
    assert channel.credentials["auth_token"] not in html
    assert "Stored, and not shown again. Leave it empty to keep it." in html
    assert rules_on(page) == [
        {
            "number": NUMBER,
            "destination": "queue",
            "extension": None,
            "queue": support.pk,
            "initiators": [ada.pk],
            "number_rate": None,
            "standby": None,
            "key": None,
        }
    ]


def test_edit_keeps_the_auth_token_the_url_and_the_numbers_row(
    admin_page: Client, channel: Channel, edited: dict[str, Any], ada: Extension
) -> None:
    number, token = Number.objects.get(), channel.webhook_addresses.get().token
    credentials = channel.credentials
    values = edited | {"name": "Sales", "sending_rate": "5", "close_automatically": "on"}
    answer = admin_page.post(f"/channels/{channel.pk}/", values | {"rule": [rule(NUMBER, ada)]}, follow=True)
    assert messages_of(answer)[-1] == "The channel “Sales” was saved and is connected."
    channel.refresh_from_db()
    assert (channel.name, channel.sending_rate, channel.session_timeout_days) == ("Sales", 5, 7)
    assert (channel.credentials, channel.webhook_addresses.get().token) == (credentials, token)
    again = Number.objects.get()
    assert (again.pk, again.destination, list(again.initiators.all())) == (number.pk, ada, [])


def test_edit_can_not_change_the_itsp(admin_page: Client, channel: Channel, edited: dict[str, Any]) -> None:
    admin_page.post(f"/channels/{channel.pk}/", edited | {"itsp": "carrier-pigeon"})
    channel.refresh_from_db()
    assert channel.itsp == "twilio"


def test_edit_with_a_wrong_auth_token_changes_nothing(
    admin_page: Client, channel: Channel, edited: dict[str, Any]
) -> None:
    answer = admin_page.post(f"/channels/{channel.pk}/", edited | {"name": "New", "auth_token": "0" * 32})
    assert list(errors_of(answer.context["page"].credentials_form)) == ["auth_token"]
    again = Channel.objects.get()
    assert (again.name, again.credentials) == (channel.name, channel.credentials)


def test_edit_while_the_itsp_is_away_keeps_the_status_and_says_why(
    admin_page: Client, channel: Channel, edited: dict[str, Any], settings: Any
) -> None:
    settings.ITSP_API_URLS = {"twilio": "http://127.0.0.1:9"}
    admin_page.post(f"/channels/{channel.pk}/", edited)
    channel.refresh_from_db()
    assert channel.status == Channel.Status.CONNECTED
    assert channel.status_reason


def test_removed_number_is_archived_and_comes_back_as_the_same_row(
    admin_page: Client, channel: Channel, edited: dict[str, Any], filled: Filled, ada: Extension
) -> None:
    number = Number.objects.get()
    admin_page.post(f"/channels/{channel.pk}/", edited | {"rule": []})
    number.refresh_from_db()
    assert number.archived_at is not None
    admin_page.post(ADD, filled(rule(NUMBER, ada), name="Second"))
    again = Number.objects.get()
    assert (again.pk, again.archived_at, again.channel.name) == (number.pk, None, "Second")
    assert list(again.initiators.all()) == []


def test_number_of_a_deleted_channel_is_free(
    admin_page: Client, channel: Channel, filled: Filled, ada: Extension
) -> None:
    archive_channel(channel)
    admin_page.post(ADD, filled(rule(NUMBER, ada)))
    assert Number.objects.get().channel.archived_at is None


def test_rule_gone_bad_since_the_dialog_is_marked_and_nothing_is_lost(
    admin_page: Client, channel: Channel, edited: dict[str, Any], ada: Extension
) -> None:
    make_road(ada, address="+12015550123", name="Other")
    rules = [*edited["rule"], rule("+12015550123", ada, key="b" * 16)]
    answer = admin_page.post(f"/channels/{channel.pk}/", edited | {"rule": rules})
    page = answer.context["page"]
    words = "+12015550123 belongs to the channel “Other”. Remove it there first."
    assert {key: errors["number"] for key, errors in page.table.errors.items()} == {"b" * 16: [words]}
    assert page.first_tab == "messaging"
    assert [one["number"] for one in rules_on(answer)] == [NUMBER, "+12015550123"]
    assert words in answer.content.decode()
    assert Number.objects.live().filter(channel=channel).count() == 1


def test_same_number_twice_in_a_form_is_refused(
    admin_page: Client, channel: Channel, edited: dict[str, Any], ada: Extension
) -> None:
    rules = [*edited["rule"], rule(NUMBER, ada, key="b" * 16)]
    page = admin_page.post(f"/channels/{channel.pk}/", edited | {"rule": rules}).context["page"]
    assert [list(errors) for errors in page.table.errors.values()] == [["number"]]


HUGE = (
    '{"number": "+25402161183", "destination": "extension", "extension": 1e400, "queue": null, '
    '"initiators": [100000000000000000000], "key": ""}'
)


@pytest.mark.parametrize(
    "text", ["", "{}", "\0", "[" * 10_000, '{"number": "+254"}', HUGE, HUGE.replace("1e400", "1" * 25)]
)
def test_rule_that_is_no_rule_is_an_error_and_not_a_crash(
    admin_page: Client, channel: Channel, edited: dict[str, Any], text: str
) -> None:
    answer = admin_page.post(f"/channels/{channel.pk}/", edited | {"rule": [text]})
    assert answer.status_code == 422
    assert answer.context["page"].table.summary == "A rule of the Number section needs your attention."


@pytest.mark.parametrize("pk", [999, 10**18])
def test_channel_that_is_not_there_is_404(admin_page: Client, pk: int) -> None:
    assert admin_page.get(f"/channels/{pk}/").status_code == 404


def test_deleted_channel_is_404(admin_page: Client, channel: Channel) -> None:
    archive_channel(channel)
    assert admin_page.get(f"/channels/{channel.pk}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_saved_channels_webhook_is_known_beside_the_database(admin_page: Client, channel: Channel) -> None:
    known = webhook_keys.find([token := channel.webhook_addresses.get().token]).get(token)
    assert known is not None
    assert (known[0].code, known[1]) == ("twilio", channel.credentials)


@pytest.mark.django_db(transaction=True)
def test_one_number_saved_by_eight_admins_at_once_has_one_channel(
    simulator: Simulator, administrator: User, filled: Filled, ada: Extension
) -> None:
    forms = [filled(rule(NUMBER, ada), name=f"Channel {place}") for place in range(8)]
    browsers = [logged_in(administrator) for _ in forms]
    barrier, statuses = threading.Barrier(8), []

    def save(browser: Client, form: dict[str, Any]) -> None:
        barrier.wait()
        statuses.append(browser.post(ADD, form).status_code)
        connection.close()

    threads = [threading.Thread(target=save, args=pair) for pair in zip(browsers, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302] + [422] * 7
    assert (Channel.objects.count(), Number.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_archived_number_revived_by_two_admins_at_once_has_one_channel(
    simulator: Simulator, administrator: User, admin_page: Client, filled: Filled, ada: Extension
) -> None:
    archive_channel(make_road(ada, address=NUMBER).channel)
    forms = [filled(rule(NUMBER, ada), name=f"Channel {place}") for place in range(4)]
    barrier, statuses = threading.Barrier(4), []

    def save(form: dict[str, Any]) -> None:
        browser = logged_in(administrator)
        barrier.wait()
        statuses.append(browser.post(ADD, form).status_code)
        connection.close()

    threads = [threading.Thread(target=save, args=[form]) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 422, 422, 422]
    assert (Number.objects.count(), Channel.objects.live().count()) == (1, 1)


def test_edit_page_costs_the_same_however_many_numbers(
    admin_page: Client, channel: Channel, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(14):
        admin_page.get(f"/channels/{channel.pk}/")
    for place in range(20):
        agent = make_agent(f"30{place:02}")
        number = Number.objects.create(channel=channel, address=f"+1201555{place:04}", extension=agent)
        number.initiators.add(agent)
    with django_assert_num_queries(14):
        admin_page.get(f"/channels/{channel.pk}/")


def test_queue_settings_and_a_numbers_own_rate_are_kept(
    admin_page: Client, channel: Channel, edited: dict[str, Any], ada: Extension
) -> None:
    path = f"/channels/{channel.pk}/"
    values = edited | {"rate_unit": "segments", "message_validity_hours": "12"}
    admin_page.post(path, values | {"rule": [rule(NUMBER, ada, number_rate=2)]})
    channel.refresh_from_db()
    assert (channel.rate_unit, channel.message_validity_hours) == ("segments", 12)
    assert Number.objects.get().sending_rate == 2
    page = admin_page.get(path)
    assert [one["number_rate"] for one in rules_on(page)] == [2]
    assert '<option value="segments" selected>Segments</option>' in page.content.decode()
    admin_page.post(path, values | {"rule": [rule(NUMBER, ada)]})
    assert Number.objects.get().sending_rate is None


def test_wrong_validity_opens_the_messaging_settings(
    admin_page: Client, channel: Channel, edited: dict[str, Any]
) -> None:
    page = admin_page.post(f"/channels/{channel.pk}/", edited | {"message_validity_hours": ""}).context[
        "page"
    ]
    assert (page.first_tab, page.tab_errors["messaging"]) == ("messaging", True)


def test_saving_says_what_a_number_needs_that_moves(
    admin_page: Client, channel: Channel, edited: dict[str, Any], filled: Filled, ada: Extension
) -> None:
    """Told to both: the channel that it leaves, and the one that it comes to."""
    path = f"/channels/{channel.pk}/"
    left = messages_of(admin_page.post(path, edited | {"rule": []}, follow=True))
    assert left[-1:] == [
        f"{NUMBER} left the channel. Its webhook at Twilio still names this channel: change it, or texts "
        "to it arrive only while another channel of the same account has it."
    ]
    came = messages_of(admin_page.post(ADD, filled(rule(NUMBER, ada), name="Other"), follow=True))
    assert came[-1:] == [
        f"{NUMBER} was on the channel “Main”. Give it this channel’s Webhook URL at Twilio; the set-up check "
        "says whether that is done, and can do it."
    ]
    again = messages_of(admin_page.post(path, edited | {"rule": []}, follow=True))
    assert again == ["The channel “Main” was saved and is connected."]
