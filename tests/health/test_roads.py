"""Alarms on their way: signed webhooks, devices, mails; tried again, bounded, and by whoever lives."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone, translation

from accounts.models import Role, User
from health.alarms import addresses, roads, signing, telling
from health.models import AlarmMessage
from tests.health.conftest import DEAD, FAILING, SECRET, Clock, Receiver, wish
from tests.languages import made_up
from tests.pbx_messaging.outside.hanging import at_most, hanging
from tests.portal import logged_in, make_user
from tests.push_service import push_service

pytestmark = pytest.mark.django_db(transaction=True)

ADVICE = "Open the channel: its set-up check says what to mend. Its texts leave as soon as it works."


@pytest.fixture
def anna() -> User:
    return make_user("anna", Role.ADMINISTRATOR)


def ring(clock: Clock, *results: Any) -> None:
    clock.look(*results)
    clock.look(*results, after_s=20)


def again() -> int:
    """The waits are over."""
    AlarmMessage.objects.filter(next_try_at__isnull=False).update(next_try_at=timezone.now())
    return telling.send_due()


@pytest.mark.once
def test_signature_is_that_of_the_standards_own_example() -> None:
    signed = signing.headers(
        SECRET, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}'
    )
    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.once
def test_secrets_have_the_standards_form() -> None:
    secret = signing.new_secret()
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 24
    assert secret != signing.new_secret()


def test_webhook_gets_a_signed_message(anna: User, clock: Clock, receiver: Receiver) -> None:
    wish(anna, webhook_url=f"{receiver.url}/hook?token=1")
    ring(clock, FAILING)
    assert telling.send_due() == 1
    ((path, headers, body),) = receiver.calls
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert (path, headers["webhook-signature"]) == ("/hook?token=1", f"v1,{expected}")
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    told = json.loads(body)
    assert told["type"] == "alarm.began"
    assert told["data"] == {
        "title": "Alarm: Channel: Main",
        "body": "The ITSP refuses it, and its queue waits: No such account.",
        "what_to_do": ADVICE,
        "link": "https://pbx.example.com/system/status/",
        "alarm": told["data"]["alarm"],
        "kind": "channel",
        "check": "channels",
        "code": "failing",
        "about": "Main",
        "value": None,
    }


def test_webhook_that_fails_is_asked_again_later_each_time_under_the_same_id(
    anna: User, clock: Clock, receiver: Receiver
) -> None:
    wish(anna, webhook_url=f"{receiver.url}/hook")
    receiver.answers = [500, 302, 404]
    ring(clock, DEAD)
    waits = []
    telling.send_due()
    for _ in range(2):
        due_at = AlarmMessage.objects.get().next_try_at
        assert due_at is not None
        waits.append(round((due_at - timezone.now()).total_seconds(), -1))
        assert telling.send_due() == 0  # not before
        again()
    assert again() == 1
    assert waits == [10, 20]
    assert len({headers["webhook-id"] for _path, headers, _body in receiver.calls}) == 1
    assert (len(receiver.calls), AlarmMessage.objects.get().next_try_at) == (4, None)


def test_webhook_that_says_it_is_gone_is_asked_no_more(anna: User, clock: Clock, receiver: Receiver) -> None:
    wish(anna, webhook_url=f"{receiver.url}/hook")
    receiver.answers = [410]
    ring(clock, DEAD)
    telling.send_due()
    assert (again(), len(receiver.calls), AlarmMessage.objects.get().trouble) == (0, 1, "HTTP 410")


def test_it_is_given_up_in_the_end(anna: User, clock: Clock, receiver: Receiver) -> None:
    wish(anna, webhook_url=f"{receiver.url}/hook")
    receiver.answers = [500] * 50
    ring(clock, DEAD)
    for _ in range(20):
        again()
    assert (len(receiver.calls), AlarmMessage.objects.get().next_try_at) == (telling.MOST_TRIES, None)


@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 200 OK\r\nX: y"])
def test_receiver_that_hangs_is_left_and_keeps_nobody_else_back(
    anna: User, clock: Clock, receiver: Receiver, settings: Any, drip: bytes
) -> None:
    settings.ALARM_TOTAL_S = 1.0
    bert = make_user("bert", Role.ADMINISTRATOR)
    with hanging(drip) as outsider:
        settings.ALARM_NEAR_URLS = [outsider.url, receiver.url]
        wish(anna, webhook_url=f"{outsider.url}/hook")
        wish(bert, webhook_url=f"{receiver.url}/hook")
        ring(clock, DEAD, FAILING)
        with at_most(4):
            assert telling.send_due() == 2
    assert len(receiver.calls) == 2
    assert AlarmMessage.objects.filter(user=anna, told_at=None).count() == 2


@pytest.mark.once
@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://example.com:8443/hook",
        "https://user@example.com/hook",
        "https://exa mple.com/",
        "ftp://example.com",
        "javascript:alert(1)",
        "example.com",
    ],
)
def test_address_that_may_not_be_called(url: str) -> None:
    assert not addresses.may_be_called(url)


def test_name_that_leads_into_our_own_network_is_not_called(
    anna: User, clock: Clock, receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up(monkeypatch, "nl")
    settings.ALARM_NEAR_URLS = []
    wish(anna, webhook_url="https://localhost/hook")
    ring(clock, DEAD)
    telling.send_due()
    message = AlarmMessage.objects.get()
    assert (message.next_try_at, message.trouble) == (None, "the address leads into a private network")
    with translation.override("nl"):
        page = logged_in(anna).get("/system/alarms/").content.decode()
    assert "[the address leads into a private network]" in page


def test_device_of_an_administrator_is_told(anna: User, clock: Clock, settings: Any) -> None:
    """One without an extension, too."""
    with push_service() as service:
        settings.PUSH_STAND_IN_URLS = [service.url]
        browser = logged_in(anna)
        phone = service.browser("phone")
        assert browser.post("/inbox/push/", phone.fields).status_code == 204
        ring(clock, FAILING)
        assert telling.send_due() == 1
    (shown,) = phone.shown
    assert (shown["title"], shown["url"]) == ("Alarm: Channel: Main", "/system/status/")
    assert shown["body"] == "The ITSP refuses it, and its queue waits: No such account."


def test_device_whose_login_has_ended_is_told_nothing(anna: User, clock: Clock, settings: Any) -> None:
    with push_service() as service:
        settings.PUSH_STAND_IN_URLS = [service.url]
        browser = logged_in(anna)
        phone = service.browser("phone")
        browser.post("/inbox/push/", phone.fields)
        ring(clock, FAILING)
        browser.post("/logout/")
        telling.send_due()
    assert (phone.shown, AlarmMessage.objects.filter(next_try_at__isnull=False).count()) == ([], 0)


def test_what_the_worker_leaves_lying_is_taken_by_others(
    anna: User, clock: Clock, receiver: Receiver
) -> None:
    """It may be the worker that is dead."""
    wish(anna, webhook_url=f"{receiver.url}/hook")
    clock.now = timezone.now() - timedelta(seconds=20)  # so it begins now
    ring(clock, DEAD)
    assert telling.send_due(untaken_for=telling.TAKEN_WITHIN) == 0  # the worker has some seconds for it
    AlarmMessage.objects.update(next_try_at=timezone.now() - telling.TAKEN_WITHIN)
    assert telling.send_due(untaken_for=telling.TAKEN_WITHIN) == 1
    assert telling.send_due() == 0


def test_what_another_process_has_taken_is_not_sent_twice(
    anna: User, clock: Clock, receiver: Receiver
) -> None:
    wish(anna, webhook_url=f"{receiver.url}/hook")
    ring(clock, DEAD)
    stale = AlarmMessage.objects.select_related("user", "alarm", "device").get()
    telling.send_due()
    assert telling._try(stale)
    assert len(receiver.calls) == 1


def test_end_is_told_though_the_beginning_was_under_way_then(
    anna: User, clock: Clock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish(anna, webhook_url=f"{receiver.url}/hook")
    ring(clock, DEAD)
    real = roads.send

    def slow(message: AlarmMessage) -> Any:
        monkeypatch.setattr(roads, "send", real)
        clock.look(after_s=10)
        clock.look(after_s=90)
        return real(message)

    monkeypatch.setattr(roads, "send", slow)
    telling.send_due()
    telling.send_due()
    assert receiver.told() == [("alarm.began", "Alarm: Worker"), ("alarm.ended", "Over: Worker")]


def test_mail_server_that_refuses_is_asked_again(clock: Clock, settings: Any) -> None:
    make_user("anna", Role.ADMINISTRATOR, email="anna@example.com")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    ring(clock, DEAD)
    telling.send_due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    again()
    assert [message.subject for message in mail.outbox] == ["Alarm: Worker"]


def test_test_message_goes_on_every_road(settings: Any, receiver: Receiver) -> None:
    anna = make_user("anna", Role.ADMINISTRATOR, email="anna@example.com")
    wish(anna, webhook_url=f"{receiver.url}/hook")
    browser: Client = logged_in(anna)
    answer = browser.post("/system/alarms/try/", follow=True)
    assert [str(one) for one in answer.context["messages"]] == ["2 tests are on their way."]
    telling.send_due()
    assert receiver.told() == [("alarm.test", "Alarms work")]
    assert [message.subject for message in mail.outbox] == ["Alarms work"]
