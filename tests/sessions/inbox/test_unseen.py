"""Texts that show nothing say so, in thread, lists and notifications; they are kept as they came."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import SecuritySettings
from routing.models import Extension
from sessions import actions
from sessions.models import Message
from sessions.push.wording import said_of
from tests.portal import text_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
SAID = "Only invisible characters"


@pytest.mark.parametrize(
    "body", ["\u3164", "\u200b\u200b", "\u2800 \u2800", "\ufe0f", "\U000e0067\u2060", "\ufffc"]
)
def test_invisible_text_is_said_in_words(
    post_inbound: Post, client: Client, admin_page: Client, agents: list[Extension], body: str
) -> None:
    post_inbound(1, body)
    message = Message.objects.get(kind="inbound")
    assert message.body == body
    client.force_login(agents[0].user)
    assert text_of(client.get("/inbox/").content.decode()).count(SAID) == 1
    actions.pick_up(message.session, agent=agents[0])
    thread = client.get(f"/inbox/{message.session_id}/").content.decode()
    bubble = thread.partition(f'id="message-{message.pk}"')[2].partition("</li>")[0]
    assert (SAID in bubble, "message-body" in bubble) == (True, False)
    log: Any = admin_page.get("/logs/")
    assert SAID in text_of(log.content.decode())
    security = SecuritySettings.load()
    security.notifications_show = SecuritySettings.NotificationsShow.TEXT
    security.save()
    assert said_of(message.session, "new").body == SAID


def test_text_with_something_to_see_is_shown_as_it_is(
    post_inbound: Post, client: Client, agents: list[Extension]
) -> None:
    post_inbound(1, "\u200b❤\ufe0f")
    message = Message.objects.get(kind="inbound")
    client.force_login(agents[0].user)
    actions.pick_up(message.session, agent=agents[0])
    page = client.get(f"/inbox/{message.session_id}/").content.decode()
    assert (SAID in page, "❤" in page) == (False, True)
