"""A device is told as long as its login holds and its push service knows it."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from routing.models import Extension
from sessions.models import Notice, Push, PushDevice
from sessions.push import pushing
from tests.pbx_messaging.outside.hanging import hanging
from tests.portal import logged_in, login_of, make_user
from tests.push_service import PushService
from tests.sessions.conftest import Post
from tests.sessions.push.conftest import Subscribe, look, tell, told

pytestmark = pytest.mark.django_db(transaction=True)


def end_by_log_out(client: Client, user: User) -> None:
    client.post("/logout/")


def end_by_revocation(client: Client, user: User) -> None:
    Session.objects.filter(session_key=client.session.session_key).delete()


def end_singly(client: Client, user: User) -> None:
    assert logged_in(user).post(f"/profile/sessions/{login_of(client).pk}/end/").status_code == 302


def end_by_administrator(client: Client, user: User) -> None:
    page = logged_in(make_user("root", Role.ADMINISTRATOR))
    assert page.post(f"/users/logins/{login_of(client).pk}/end/").status_code == 302


def end_by_disabling(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def end_by_new_password(client: Client, user: User) -> None:
    user.set_password("another-long-one")
    user.save()


SINGLY = [end_by_log_out, end_by_revocation, end_singly, end_by_administrator]


@pytest.mark.parametrize("end", [*SINGLY, end_by_disabling, end_by_new_password])
def test_device_ends_with_its_login(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe, end: Any
) -> None:
    client, phone = subscribe(agents[0])
    _other_client, tablet = subscribe(agents[0], "tablet")
    post_inbound(1, "Hello")
    look()
    end(client, agents[0].user)
    pushing.push_due()
    is_all = end not in SINGLY
    assert (told(phone), bool(told(tablet))) == ([], not is_all)
    post_inbound(2, "Hello", From="+14155550199")
    tell()
    assert (told(phone), PushDevice.objects.count()) == ([], 0 if is_all else 1)


@pytest.mark.parametrize("status", [404, 410, 403])
def test_device_ends_when_its_service_says_so(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe, status: int
) -> None:
    _client, phone = subscribe(agents[0])
    phone.answer = status
    post_inbound(1, "Hello")
    tell()
    assert (PushDevice.objects.count(), Push.objects.count(), phone.calls) == (0, 0, 1)


def test_service_that_fails_is_asked_again_later_each_time_and_in_the_end_no_more(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe
) -> None:
    _client, phone = subscribe(agents[0])
    phone.answer, waits = 500, []
    post_inbound(1, "Hello")
    look()
    for _ in range(pushing.MOST_TRIES):
        Push.objects.update(next_try_at=timezone.now())
        pushing.push_due()
        waits += [round((one.next_try_at - timezone.now()).total_seconds()) for one in Push.objects.all()]
    assert waits == pytest.approx([10, 20, 40, 80, 160], abs=2)
    assert (Push.objects.count(), PushDevice.objects.count(), phone.calls) == (0, 1, 6)


def test_service_says_when_to_come_again(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe
) -> None:
    _client, phone = subscribe(agents[0])
    phone.answer, phone.headers = 429, {"Retry-After": "900"}
    post_inbound(1, "Hello")
    tell()
    wait = (Push.objects.get().next_try_at - timezone.now()).total_seconds()
    assert wait == pytest.approx(900, abs=2)
    phone.answer = 201
    Push.objects.update(next_try_at=timezone.now())
    pushing.push_due()
    assert told(phone) == [(told_of(post_inbound), "A new session waits")]


def told_of(_post: Post) -> str:
    return Notice.objects.get().session.contact


def test_redirect_is_not_followed(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe, service: PushService
) -> None:
    _client, phone = subscribe(agents[0])
    other = service.browser("elsewhere")
    phone.answer, phone.headers = 307, {"Location": f"{service.url}/push/elsewhere"}
    post_inbound(1, "Hello")
    tell()
    assert (phone.calls, other.calls, Push.objects.count()) == (1, 0, 0)


def test_service_that_hangs_holds_one_thread_and_delays_no_other(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe, settings: Any
) -> None:
    settings.PUSH_TOTAL_S = 1
    _client, _phone = subscribe(agents[0])
    with hanging() as outsider:
        PushDevice.objects.update(endpoint=f"{outsider.url}/x", service=1)
        settings.PUSH_STAND_IN_URLS = [outsider.url]
        post_inbound(1, "Hello")
        tell()
        assert (len(outsider.connections), Push.objects.get().tries) == (1, 1)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/x",
        "https://user@push.example.com/x",
        "https://push.example.com:8443/x",
        "https:///x",
        "https://[",
        "ftp://push.example.com/x",
        "https://push.example.com/\x00",
        "https://push.example.com/" + "x" * 2048,
        "",
    ],
)
def test_strange_address_is_refused(agents: list[Extension], service: PushService, endpoint: str) -> None:
    fields = service.browser("phone").fields | {"endpoint": endpoint}
    assert logged_in(agents[0].user).post("/inbox/push/", fields).status_code == 422
    assert not PushDevice.objects.exists()


@pytest.mark.parametrize(
    "change", [{"p256dh": "BAAA"}, {"p256dh": "B" * 87}, {"auth": "x"}, {"auth": "é" * 22}]
)
def test_strange_keys_are_refused(
    agents: list[Extension], service: PushService, change: dict[str, str]
) -> None:
    fields = service.browser("phone").fields | change
    answer: Any = logged_in(agents[0].user).post("/inbox/push/", fields)
    assert (answer.status_code, bool(answer.json()["reason"])) == (422, True)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1"])
def test_address_in_our_own_network_is_never_called(
    post_inbound: Post, agents: list[Extension], service: PushService, host: str
) -> None:
    fields = service.browser("phone").fields | {"endpoint": f"https://{host}/x"}
    assert logged_in(agents[0].user).post("/inbox/push/", fields).status_code == 204
    post_inbound(1, "Hello")
    tell()
    assert (PushDevice.objects.count(), Push.objects.count()) == (0, 0)


def test_browser_belongs_to_whoever_is_logged_in_last(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe
) -> None:
    subscribe(agents[2])
    _ada, phone = subscribe(agents[0])
    assert PushDevice.objects.get().user == agents[0].user
    post_inbound(1, "Hello")
    tell()
    assert len(told(phone)) == 1


def test_page_lists_devices_tries_them_out_and_removes_them(
    agents: list[Extension], subscribe: Subscribe
) -> None:
    ada, phone = subscribe(agents[0])
    subscribe(agents[0], "tablet")
    ben, _other = subscribe(agents[1], "bens")
    device = PushDevice.objects.order_by("pk")[0]
    page = ada.get("/inbox/settings/").content.decode()
    assert (page.count("Firefox on Android"), page.count("this browser")) == (6, 1)
    assert ben.post(f"/inbox/push/{device.pk}/try/").status_code == 404
    assert ben.post(f"/inbox/push/{device.pk}/remove/").status_code == 404
    ada.post(f"/inbox/push/{device.pk}/try/")
    ada.post(f"/inbox/push/{device.pk}/try/")
    pushing.push_due()
    assert told(phone) == [("PBX Messaging", "This device is told.")]
    ada.post(f"/inbox/push/{device.pk}/remove/")
    assert PushDevice.objects.filter(user=agents[0].user).count() == 1
