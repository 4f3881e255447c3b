"""By e-mail, where no device has shown something in time."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import SecuritySettings, User
from routing.models import Extension
from sessions import actions
from sessions.models import AgentSettings, MessagingSession, Notice
from sessions.push import noticing
from tests.factories import CONTACT
from tests.portal import logged_in
from tests.sessions.conftest import Post
from tests.sessions.push.conftest import OTHER_SETTINGS, Subscribe, tell, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def by_mail(settings: Any, agents: list[Extension], service: Any) -> None:
    """Ada, after five minutes."""
    settings.EMAIL_IS_SET, settings.PUBLIC_URL = True, "https://pbx.example.com"
    User.objects.filter(pk=agents[0].user_id).update(email="ada@example.com")
    AgentSettings.objects.create(agent=agents[0], mail_after_minutes=5)


def mail_after(minutes: float) -> None:
    for user_id in noticing.due(now=timezone.now() + timedelta(minutes=minutes)):
        noticing.mail(user_id)


def test_what_no_device_has_shown_comes_in_one_mail_with_links_and_without_words(
    post_inbound: Post, mailoutbox: list[Any]
) -> None:
    post_inbound(0, "Before")
    tell()
    Notice.objects.update(mail_at=None)
    post_inbound(1, "A secret", From="+14155550198")
    post_inbound(2, "A secret", From="+14155550199")
    tell()
    mail_after(4)
    assert mailoutbox == []
    mail_after(6)
    mail_after(60)
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["ada@example.com"], "2 sessions want you")
    for session in MessagingSession.objects.exclude(contact=CONTACT):
        assert (
            f"{session.contact}: A new session waits\nhttps://pbx.example.com/inbox/{session.pk}/"
            in mail.body
        )
    assert "secret" not in mail.body


def test_words_are_in_it_where_the_administrator_allows_them(
    post_inbound: Post, mailoutbox: list[Any]
) -> None:
    SecuritySettings.objects.create(pk=1, notifications_show="text")
    post_inbound(1, "Are you open?")
    tell()
    mail_after(6)
    assert f"{CONTACT}: Are you open?" in mailoutbox[0].body


def test_what_a_device_has_shown_is_not_mailed(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe, mailoutbox: list[Any]
) -> None:
    ada, phone = subscribe(agents[0])
    post_inbound(1, "Hello")
    tell()
    taken = phone.shown[0]["taken"]
    assert ada.post(taken[:-2] + "x/").status_code == 404
    assert Notice.objects.get().mail_at is not None  # its service has it, but nobody has seen it
    assert type(ada)().post(taken).status_code == 204  # without a login, as a service worker asks
    mail_after(6)
    assert (len(told(phone)), mailoutbox) == (1, [])


def test_what_was_seen_to_meanwhile_is_not_mailed(
    post_inbound: Post, agents: list[Extension], mailoutbox: list[Any]
) -> None:
    post_inbound(1, "Hello")
    tell()
    actions.pick_up(MessagingSession.objects.get(), agent=agents[1])
    mail_after(6)
    assert (mailoutbox, Notice.objects.get().mail_at) == ([], None)


def test_mail_that_does_not_leave_is_tried_later_each_time_and_in_the_end_no_more(
    post_inbound: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_inbound(1, "Hello")
    tell()
    monkeypatch.setattr(noticing, "send_to", lambda *_arguments, **_options: False)
    waits, now = [], timezone.now() + timedelta(minutes=6)
    while (mail_at := Notice.objects.get().mail_at) is not None:
        now = max(now, mail_at)
        for user_id in noticing.due(now=now):
            assert noticing.mail(user_id) is False or Notice.objects.get().mail_at is None
        again = Notice.objects.get().mail_at
        waits += [round((again - now).total_seconds() / 60)] if again else []
    assert waits == [2, 4, 8, 16, 32, 64]


def test_what_waits_when_one_begins_to_be_mailed_is_no_news(
    post_inbound: Post, agents: list[Extension], mailoutbox: list[Any]
) -> None:
    ada = logged_in(agents[0].user)
    ada.post("/inbox/settings/", {**OTHER_SETTINGS, "notify_new": "on"})
    post_inbound(1, "Hello")
    answer = ada.post("/inbox/settings/", {**OTHER_SETTINGS, "notify_new": "on", "mail_after_minutes": "5"})
    assert answer.status_code == 302
    tell()
    mail_after(6)
    assert (mailoutbox, AgentSettings.objects.get().mail_after_minutes) == ([], 5)
