"""What becomes of a saved channel: another Webhook URL, disabled, duplicated."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from accounts.models import AuditEntry
from channels.models import Channel, WebhookAddress
from channels.webhook import keys as webhook_keys
from channels.webhook.url import callback_url
from routing.models import Extension
from sessions import actions
from sessions.ending import archiving
from sessions.models import Attempt, MessagingSession
from sessions.opened import open_session
from tests.channels.form import url_on
from tests.factories import CONTACT, Road, make_road
from tests.portal import logged_in, messages_of, rows_of, text_of
from tests.sessions.conftest import inbound_fields, sid_of, signed_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def road(ada: Extension) -> Road:
    return make_road(ada, ada)


@pytest.fixture
def session(road: Road) -> MessagingSession:
    """Ada's own, with a text that came in."""
    return open_session(road.number, CONTACT, at=timezone.now())


def answer_to(client: Client, token: str, number: int) -> int:
    fields = inbound_fields(sid_of(number), "Hello")
    return int(signed_post(client, f"/w/{token}/", fields).status_code)


def renew(admin_page: Client, road: Road, **data: Any) -> Any:
    form = admin_page.get(f"/channels/{road.channel.pk}/webhook-url/").context["form"]
    posted = {"address": form["address"].value(), "overlap_h": 24, **data}
    return admin_page.post(f"/channels/{road.channel.pk}/webhook-url/", posted, follow=True)


def test_regenerated_url_works_and_the_old_one_does_for_the_overlap(
    admin_page: Client, client: Client, road: Road
) -> None:
    page = renew(admin_page, road)
    new = WebhookAddress.objects.get(expires_at=None)
    assert f"/w/{new.token}/#rc=" in url_on(page)
    assert [answer_to(client, token, n) for n, token in enumerate([road.token, new.token])] == [200, 200]
    old = WebhookAddress.objects.exclude(pk=new.pk).get()
    assert old.expires_at is not None
    assert timedelta(hours=23) < old.expires_at - timezone.now() <= timedelta(hours=24)
    WebhookAddress.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    assert [answer_to(client, token, n) for n, token in enumerate([road.token, new.token], 5)] == [404, 200]
    webhook_keys.remember_all()
    assert set(webhook_keys.find([road.token, str(new.token)])) == {str(new.token)}


def test_page_shows_each_address_with_its_last_use(admin_page: Client, client: Client, road: Road) -> None:
    answer_to(client, road.token, 1)
    page = text_of(renew(admin_page, road, overlap_h=168).content.decode())
    new, old = WebhookAddress.objects.order_by("-pk")
    assert old.last_used_at and old.expires_at
    assert f"URL …{str(new.token)[-6:]} not used yet" in page
    used, until = f"{old.last_used_at:%H:%M}", f"{old.expires_at:%H:%M}"
    assert f"Old URL …{road.token[-6:]} works until" in page
    assert page.partition("works until")[2].partition("Configure")[0].count(used) >= 1
    assert until in page


def test_double_click_regenerates_once(admin_page: Client, road: Road) -> None:
    shown = WebhookAddress.objects.get().pk
    renew(admin_page, road)
    answer = renew(admin_page, road, address=shown)
    assert messages_of(answer)[-1] == "The Webhook URL was regenerated already. This is the new one."
    assert WebhookAddress.objects.count() == 2


def test_url_that_stops_at_once_stops(admin_page: Client, client: Client, road: Road) -> None:
    renew(admin_page, road, overlap_h=0)
    assert answer_to(client, road.token, 1) == 404


def test_overlap_must_be_one_of_the_choices(admin_page: Client, road: Road) -> None:
    assert renew(admin_page, road, overlap_h=5).status_code == 422
    assert WebhookAddress.objects.count() == 1


def test_fallback_url_is_shown_without_overrides(admin_page: Client, road: Road) -> None:
    page = admin_page.get(f"/channels/{road.channel.pk}/").content.decode()
    assert f'id="fallback-url" value="{callback_url(road.token)}"' in page
    assert escape(f"{callback_url(road.token)}#rc=2") in page


def test_regenerating_is_logged_without_the_token(admin_page: Client, road: Road) -> None:
    AuditEntry.objects.all().delete()
    renew(admin_page, road)
    found = AuditEntry.objects.order_by("pk").values_list("kind", "action", "name")
    address = "channels.webhookaddress"
    assert list(found) == [(address, "changed", "Main"), (address, "created", "Main")]
    tokens = [str(address.token) for address in WebhookAddress.objects.all()]
    assert [token for token in tokens if token in str(list(AuditEntry.objects.values()))] == []


# --- disabled ---


def test_disabled_channel_takes_no_new_texts_and_stores_what_comes_in(
    admin_page: Client, client: Client, road: Road, session: MessagingSession, ada: Extension
) -> None:
    path = f"/channels/{road.channel.pk}"
    assert "Inbound messages are still stored" in text_of(admin_page.get(f"{path}/disable/").content.decode())
    actions.reply(session, agent=ada, body="Before")
    answer = admin_page.post(f"{path}/disable/", follow=True)
    assert messages_of(answer) == ["“Main” is disabled: nobody can send new messages on it."]
    assert rows_of(answer)[0][3] == "Disabled"
    browser = logged_in(ada.user)
    data = {"body": "After", "client_id": "7f6c8d7e-3c56-4f0e-a0bb-000000000001"}
    refused = browser.post(f"/inbox/{session.pk}/reply/", data)
    assert refused.status_code == 422
    assert "the channel of this number was disabled" in refused.content.decode()
    assert "After</textarea>" in refused.content.decode()
    assert (
        "number"
        in browser.post("/inbox/new/", {**data, "number": road.number.pk, "contact": CONTACT})
        .context["new_form"]
        .errors
    )
    assert [attempt.status for attempt in Attempt.objects.all()] == ["queued"]
    assert answer_to(client, road.token, 1) == 200
    assert session.messages.filter(kind="inbound").count() == 1


def test_enabled_channel_takes_texts_again(
    admin_page: Client, road: Road, session: MessagingSession, ada: Extension
) -> None:
    path = f"/channels/{road.channel.pk}"
    admin_page.post(f"{path}/disable/")
    with pytest.raises(actions.ChannelDisabled):
        actions.reply(MessagingSession.objects.get(), agent=ada, body="No")
    answer = admin_page.post(f"{path}/enable/", follow=True)
    assert messages_of(answer)[-1] == "“Main” is enabled."
    actions.reply(MessagingSession.objects.get(), agent=ada, body="Yes")
    assert Attempt.objects.count() == 1


def test_text_that_failed_is_not_sent_again_on_a_disabled_channel(
    road: Road, session: MessagingSession, ada: Extension
) -> None:
    message = actions.reply(session, agent=ada, body="Hello")
    Attempt.objects.update(status="failed")
    Channel.objects.update(disabled_at=timezone.now())
    message.refresh_from_db()
    with pytest.raises(actions.ChannelDisabled):
        actions.retry(type(message).objects.get(), agent=ada)


# --- deleted once nothing waits ---


def test_channel_with_waiting_messages_is_deleted_only_by_choice(
    admin_page: Client, road: Road, session: MessagingSession, ada: Extension
) -> None:
    actions.reply(session, agent=ada, body="Hello")
    path = f"/channels/{road.channel.pk}/delete/"
    assert "1 message waits to be sent. What should become of it?" in text_of(
        admin_page.get(path).content.decode()
    )
    answer = admin_page.post(path)
    assert (answer.status_code, "Choose one of the two." in answer.content.decode()) == (409, True)
    assert Channel.objects.live().count() == 1
    answer = admin_page.post(path, {"waiting": "drain"}, follow=True)
    assert messages_of(answer) == ["“Main” is deleted once its messages are sent."]
    assert rows_of(answer)[0][3] == "Deleted once its queue is empty"
    with pytest.raises(actions.ChannelDisabled):
        actions.reply(MessagingSession.objects.get(), agent=ada, body="More")


def test_drained_channel_is_deleted_when_its_last_text_has_left(
    admin_page: Client, road: Road, session: MessagingSession, ada: Extension
) -> None:
    actions.reply(session, agent=ada, body="Hello")
    admin_page.post(f"/channels/{road.channel.pk}/delete/", {"waiting": "drain"})
    for status in ("queued", "sending", "unknown"):
        Attempt.objects.update(status=status)
        archiving.archive_drained()
        assert Channel.objects.live().count() == 1
    Attempt.objects.update(status="accepted")
    archiving.archive_drained()
    assert Channel.objects.live().count() == 0
    session.refresh_from_db()
    assert session.is_open is False


def test_draining_is_ended_by_enabling(
    admin_page: Client, road: Road, session: MessagingSession, ada: Extension
) -> None:
    actions.reply(session, agent=ada, body="Hello")
    admin_page.post(f"/channels/{road.channel.pk}/delete/", {"waiting": "drain"})
    admin_page.post(f"/channels/{road.channel.pk}/enable/")
    Attempt.objects.update(status="accepted")
    archiving.archive_drained()
    assert Channel.objects.live().count() == 1


# --- duplicated ---


def test_duplicate_begins_with_the_settings_alone(admin_page: Client, road: Road) -> None:
    Channel.objects.update(sending_rate=25, session_timeout_days=30, message_validity_hours=9)
    Channel.objects.update(session_timeout_hours=4, keeps_unanswered=True, closing_text="Good bye")
    Channel.objects.update(rate_unit="segments", created_at=F("created_at"))
    page = admin_page.get(f"/channels/add/sms/?like={road.channel.pk}")
    form = page.context["page"].form
    assert {name: form[name].value() for name in form.fields} == {
        "itsp": "twilio",
        "name": "Main (copy)",
        "sending_rate": 25,
        "session_timeout_days": 30,
        "session_timeout_hours": 4,
        "keeps_unanswered": True,
        "closing_text": "Good bye",
        "rate_unit": "segments",
        "message_validity_hours": 9,
        "close_automatically": True,
    }
    shown = page.content.decode()
    secrets = [*road.channel.credentials.values(), road.token, road.number.address]
    assert [secret for secret in secrets if f'value="{secret}' in shown] == []
    assert road.token not in shown
    for nonsense in ("x", "99999999999999999999", "0"):
        assert admin_page.get(f"/channels/add/sms/?like={nonsense}").status_code == 200
