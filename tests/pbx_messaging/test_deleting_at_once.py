"""Administrators delete one thing at one moment, or one what others act on: nobody sees an error of ours."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts import tokens
from accounts.models import ApiToken, Role
from channels.models import Channel
from routing.models import Extension
from sessions.models import CannedReply, Contact, Tag
from tests.factories import make_agent, make_queue, make_road
from tests.portal import logged_in, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def _user() -> str:
    return f"/users/{make_user('grace', Role.SUPERVISOR).pk}/delete/"


def _token() -> str:
    user = make_agent("1001").user
    token, _secret = tokens.create_token(user, name="CRM", scope=ApiToken.Scope.SEND)
    return f"/users/tokens/{token.pk}/revoke/"


def _contact() -> str:
    return f"/contacts/{Contact.objects.create(address='+14155550123', name='Mei').pk}/delete/"


def _tag() -> str:
    return f"/tags/{Tag.objects.create(name='billing').pk}/delete/"


def _canned_reply() -> str:
    return f"/canned-replies/{CannedReply.objects.create(shortcut='hi', body='Hello').pk}/delete/"


def _channel() -> str:
    return f"/channels/{make_road(make_agent('1001')).channel.pk}/delete/"


def _extension() -> str:
    return f"/extensions/{make_agent('1001').pk}/delete/"


def _deactivated() -> str:
    return f"/extensions/{make_agent('1001').pk}/deactivate/"


def _queue() -> str:
    return f"/queues/{make_queue(make_agent('1001')).pk}/delete/"


THINGS = [_user, _token, _contact, _tag, _canned_reply, _channel, _extension, _deactivated, _queue]


def at_once(*calls: Callable[[Client], Any]) -> list[int]:
    """The statuses of several calls, each by an administrator of its own."""
    pages = [logged_in(make_user(f"admin{n}", Role.ADMINISTRATOR)) for n in range(len(calls))]
    for page in pages:
        page.raise_request_exception = False
    barrier, statuses = threading.Barrier(len(calls)), list[int]()

    def act(call: Callable[[Client], Any], page: Client) -> None:
        try:
            barrier.wait()
            statuses.append(call(page).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=pair) for pair in zip(calls, pages, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


@pytest.mark.parametrize("made", THINGS)
def test_deleted_by_several_at_once(made: Callable[[], str]) -> None:
    path = made()
    statuses = at_once(*[lambda page: page.post(path)] * 4)
    assert set(statuses) <= {302, 404, 409}, statuses
    assert 302 in statuses


def posting(path: str) -> Callable[[Client], Any]:
    return lambda page: page.post(path)


def test_channel_that_is_deleted_while_others_act_on_it(ada: Extension) -> None:
    path = f"/channels/{make_road(ada).channel.pk}/"
    verbs = ("delete", "pause", "resume", "check", "disable", "enable")
    assert set(at_once(*(posting(f"{path}{verb}/") for verb in verbs))) <= {302, 404, 409}
    assert Channel.objects.get().archived_at is not None


@pytest.fixture
def ada() -> Extension:
    return make_agent("1001")
