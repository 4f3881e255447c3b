"""The webhook journal as administrators see it: what came in, what became of it, and a second chance."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import AuditEntry, User
from channels.itsp.texts import InboundSms
from channels.models import Channel, Number, WebhookAddress
from channels.webhook import url as webhook_url
from retention.sweeping import others, pace
from retention.sweeping.pace import Pace
from routing.models import Extension
from sessions.models import Message, WebhookRequest
from sessions.receiving import inbound, intake, replaying
from sessions.receiving.fetched import Fetched, arrival_of
from tests.factories import ACCOUNT_SID, CONTACT, OUR_NUMBER, Road, make_road
from tests.portal import messages_of, rows_of, text_of
from tests.sessions.conftest import Post, inbound_fields, sid_of, signed_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(post_inbound: Post, monkeypatch: pytest.MonkeyPatch) -> WebhookRequest:
    """A text that a defect, mended since, kept from being processed; it isn't due again for a while."""
    with monkeypatch.context() as patch:
        patch.setattr(inbound, "_text", lambda *_args: 1 / 0)
        post_inbound(1, "Hello")
    return WebhookRequest.objects.get()


def shown(admin_page: Client, query: str = "") -> list[list[str]]:
    """Channel, kind, contact and outcome of each row."""
    return [row[1:] for row in rows_of(admin_page.get(f"/journal/?{query}"))]


def test_list_shows_what_came_in_and_why_nothing_came_of_it(
    post_inbound: Post, client: Client, road: Road, admin_page: Client
) -> None:
    post_inbound(1, "Hello")
    post_inbound(1, "Hello")
    post_inbound(2, "Hello", To="+14155550199")
    client.post("/w/nobodyknowsthis/", {})
    status = {"MessageSid": sid_of(3), "MessageStatus": "sent", "AccountSid": ACCOUNT_SID}
    signed_post(client, road.path, status)
    assert shown(admin_page) == [
        ["Main", "Status callback", "–", "Ignored It is about a message that we did not send."],
        ["None", "Not read", "–", "Rejected The URL is unknown."],
        ["Main", "Inbound text", CONTACT, "Ignored This channel does not have the number +14155550199."],
        ["Main", "Inbound text", CONTACT, "Duplicate The text is already stored."],
        ["Main", "Inbound text", CONTACT, "Processed"],
    ]


def test_list_is_narrowed_by_the_url(
    post_inbound: Post, client: Client, road: Road, agents: list[Extension], admin_page: Client
) -> None:
    other = make_road(agents[0], address="+12015550123", name="Other")
    post_inbound(1, "Hello")
    fields = inbound_fields(sid_of(2), "Hello", To="+12015550123", From="+14155550999")
    signed_post(client, other.path, fields)
    client.post("/w/nobodyknowsthis/", {})
    WebhookRequest.objects.filter(channel=road.channel).update(received_at=timezone.now() - timedelta(days=2))

    def found(query: str) -> list[str]:
        return [f"{row[0]} {row[3].split()[0]}" for row in shown(admin_page, query)]

    assert found("") == ["None Rejected", "Other Processed", "Main Processed"]
    assert found(f"channel={other.channel.pk}") == found("q=0999") == found("q=other") == ["Other Processed"]
    assert found(f"q={sid_of(1)}") == ["Main Processed"]
    assert found("outcome=rejected") == found("kind=other") == ["None Rejected"]
    assert found("since=24h") == ["None Rejected", "Other Processed"]
    assert found("outcome=x&kind=y&channel=z&since=w&before=v_1") == found("")
    assert found("outcome=failed") == []


def test_fetched_texts_are_told_from_posted_ones(post_inbound: Post, road: Road, admin_page: Client) -> None:
    post_inbound(1, "Posted")
    sms = InboundSms(sid_of(2), ACCOUNT_SID, CONTACT, OUR_NUMBER, "Fetched")
    now = timezone.now()
    intake.take_in_fetched([arrival_of(road.channel, Fetched(sms, now), now=now)])
    assert [row[1] for row in shown(admin_page)] == ["Inbound text, fetched", "Inbound text"]
    assert [row[1] for row in shown(admin_page, "source=fetched")] == ["Inbound text, fetched"]
    assert [row[1] for row in shown(admin_page, "source=posted")] == ["Inbound text"]
    assert len(shown(admin_page, "source=x")) == 2
    row = WebhookRequest.objects.get(source="fetched")
    page = text_of(admin_page.get(f"/journal/{row.pk}/").content.decode())
    assert "Source Fetched from the ITSP Payload" in page
    assert '"body": "Fetched"' in page


def test_pages_follow_the_place_of_the_last_row(road: Road, admin_page: Client) -> None:
    at = timezone.now()
    for number in range(60):
        WebhookRequest.objects.create(
            channel=road.channel,
            received_at=at - timedelta(seconds=number // 2),
            body=b"",
            contact=str(number),
        )
    seen, query, pages = [], "since=7d", 0
    while query:
        page = admin_page.get(f"/journal/?{query}")
        seen += [row[3] for row in rows_of(page)]
        older = page.context["listing"].older
        query = f"before={older.replace('+', '%2B')}" if older else ""
        pages += 1
        WebhookRequest.objects.create(received_at=timezone.now(), body=b"")  # the log grows meanwhile
    in_order = WebhookRequest.objects.exclude(contact="").order_by("-received_at", "-pk")
    assert (pages, seen) == (3, list(in_order.values_list("contact", flat=True)))


def test_list_of_many_costs_as_many_queries_as_of_one(road: Road, admin_page: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            admin_page.get("/journal/")
        return len(captured)

    WebhookRequest.objects.create(channel=road.channel, received_at=timezone.now(), body=b"")
    with_one = queries()
    for _number in range(29):
        WebhookRequest.objects.create(channel=road.channel, received_at=timezone.now(), body=b"")
    assert queries() == with_one


def test_text_to_a_form_that_was_never_saved_says_what_to_do(
    client: Client, admin_page: Client, administrator: User
) -> None:
    path = f"/w/{webhook_url.new_token(administrator)}/"
    signed_post(client, path, inbound_fields(sid_of(1), "Hello"))
    page = text_of(admin_page.get(f"/journal/{WebhookRequest.objects.get().pk}/").content.decode())
    assert "The URL belongs to a form that was never saved." in page
    assert "The form was opened by the user “root”." in page
    assert "Open the saved channel, copy the Webhook URL that stands there" in page


def test_payload_is_shown_without_its_secrets(post_inbound: Post, road: Road, admin_page: Client) -> None:
    post_inbound(1, "Are you <open>?", ApiKey="k3y", AuthToken="t0ken")
    row = WebhookRequest.objects.get()
    signature = row.headers["x-twilio-signature"]
    page = admin_page.get(f"/journal/{row.pk}/").content.decode()
    assert "Are you &lt;open&gt;?" in page
    assert [secret for secret in (signature, "k3y", "t0ken") if secret in page] == []
    assert page.count("••••••••") == 3


def test_payload_that_is_no_form_is_shown_as_text(road: Road, admin_page: Client) -> None:
    row = WebhookRequest.objects.create(
        received_at=timezone.now(),
        body=b'{"auth_token": "s3cr\\"et", "text": "hi \xff"}',
        url="https://x/w/?token=abc",
    )
    page = admin_page.get(f"/journal/{row.pk}/").content.decode()
    assert "{&quot;auth_token&quot;: &quot;••••••••&quot;, &quot;text&quot;: &quot;hi \ufffd&quot;}" in page
    assert "https://x/w/?token=••••••••" in page


def test_failed_request_is_replayed_once(failed: WebhookRequest, admin_page: Client) -> None:
    answer = admin_page.post(f"/journal/{failed.pk}/replay/", follow=True)
    assert messages_of(answer) == ["The request was processed."]
    admin_page.post(f"/journal/{failed.pk}/replay/")
    assert [message.body for message in Message.objects.all()] == ["Hello"]
    failed.refresh_from_db()
    assert (failed.outcome, failed.tries, failed.next_try_at) == ("processed", 2, None)
    assert AuditEntry.objects.filter(action="replayed", username="root", name="Main").count() == 1


@pytest.mark.django_db(transaction=True)
def test_request_replayed_by_many_at_once_is_processed_once(failed: WebhookRequest) -> None:
    def replay(_number: int) -> bool:
        try:
            return replaying.replay(failed.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(replay, range(8))) == [False] * 7 + [True]
    assert [message.body for message in Message.objects.all()] == ["Hello"]


def test_text_for_a_missing_number_is_replayed_once_the_number_is_there(
    post_inbound: Post, road: Road, admin_page: Client
) -> None:
    road.number.delete()
    post_inbound(1, "Hello")
    path = f"/journal/{WebhookRequest.objects.get().pk}/"
    assert "add the number in the Number section" in text_of(admin_page.get(path).content.decode())
    words = f"Nothing came of it again: This channel does not have the number {OUR_NUMBER}."
    assert messages_of(admin_page.post(f"{path}replay/", follow=True)) == [words]
    Number.objects.create(channel=road.channel, address=OUR_NUMBER, queue=road.number.queue)
    admin_page.post(f"{path}replay/")
    assert [message.body for message in Message.objects.all()] == ["Hello"]


def test_rejected_request_is_never_replayed(client: Client, road: Road, admin_page: Client) -> None:
    signed_post(client, road.path, inbound_fields(sid_of(1), "Forged"), token="f" * 32)
    row = WebhookRequest.objects.get()
    assert "Replay" not in text_of(admin_page.get(f"/journal/{row.pk}/").content.decode())
    admin_page.post(f"/journal/{row.pk}/replay/")
    assert Message.objects.count() == 0


def test_all_that_failed_are_replayed_by_the_road_of_beat(failed: WebhookRequest, admin_page: Client) -> None:
    assert "Replay 1 that failed" in text_of(admin_page.get("/journal/").content.decode())
    assert replaying.retry_failed() == 0  # not due yet
    answer = admin_page.post("/journal/replay/?outcome=failed", follow=True)
    assert answer.redirect_chain == [("/journal/?outcome=failed", 302)]
    assert messages_of(answer) == [
        "1 request is processed again now. Reload the page in a moment to see the outcome."
    ]
    assert (replaying.retry_failed(), replaying.retry_failed()) == (1, 0)
    assert [message.body for message in Message.objects.all()] == ["Hello"]


def test_request_of_a_deleted_channel_holds_up_no_other(failed: WebhookRequest, admin_page: Client) -> None:
    failed.next_try_at = timezone.now()
    failed.save()
    Channel.objects.update(archived_at=timezone.now())
    assert (replaying.retry_failed(), replaying.replay(failed.pk)) == (0, False)
    assert admin_page.get(f"/journal/{failed.pk}/").context["may_replay"] is False


def test_replay_of_all_keeps_to_the_filters(failed: WebhookRequest, admin_page: Client) -> None:
    due = failed.next_try_at
    admin_page.post(f"/journal/replay/?channel={failed.channel_id}9")
    failed.refresh_from_db()
    assert failed.next_try_at == due


def test_retention_keeps_longer_what_failed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOK_JOURNAL_DAYS, settings.WEBHOOK_FAILED_DAYS = 30, 180
    monkeypatch.setattr(pace, "FIRST", 2)
    now = timezone.now()
    for days in (1, 29, 31, 179, 181):
        for outcome in ("processed", "rejected", "failed"):
            at = now - timedelta(days=days)
            WebhookRequest.objects.create(outcome=outcome, received_at=at, body=b"", reason=str(days))
    assert others.sweep(Pace(9), now=now) == 7
    kept = WebhookRequest.objects.order_by("-received_at", "outcome").values_list("reason", "outcome")
    everything = [(days, outcome) for days in ("1", "29") for outcome in ("failed", "processed", "rejected")]
    assert list(kept) == [*everything, ("31", "failed"), ("179", "failed")]


# --- addresses ---


def test_use_of_an_address_is_noted_once_a_minute(post_inbound: Post, road: Road) -> None:
    def last_used() -> datetime | None:
        return WebhookAddress.objects.get().last_used_at

    post_inbound(1, "Hello")
    first = last_used()
    assert first is not None
    with CaptureQueriesContext(connection) as captured:
        post_inbound(2, "Hello")
    assert [one["sql"] for one in captured if "UPDATE" in one["sql"] and "webhookaddress" in one["sql"]] == []
    assert last_used() == first
    WebhookAddress.objects.update(last_used_at=timezone.now() - timedelta(seconds=61))
    post_inbound(3, "Hello")
    assert last_used() not in {first, None}


def test_forgery_is_no_use_of_an_address(client: Client, road: Road) -> None:
    signed_post(client, road.path, inbound_fields(sid_of(1), "Forged"), token="f" * 32)
    assert WebhookAddress.objects.get().last_used_at is None


def test_replaced_address_and_deleted_channel_are_told_apart(post_inbound: Post, road: Road) -> None:
    WebhookAddress.objects.update(expires_at=timezone.now())
    assert post_inbound(1, "Hello").status_code == 404
    Channel.objects.update(archived_at=timezone.now())
    assert post_inbound(2, "Hello").status_code == 404
    found = WebhookRequest.objects.order_by("pk").values_list("channel", "reason")
    assert list(found) == [
        (road.channel.pk, "The URL was replaced by a new one, and its time is over."),
        (road.channel.pk, "The channel was deleted."),
    ]


# --- giving up ---


def test_dismissed_request_is_tried_no_more(failed: WebhookRequest, admin_page: Client) -> None:
    page = text_of(admin_page.get(f"/journal/{failed.pk}/").content.decode())
    assert "Dismiss" in page
    answer = admin_page.post(f"/journal/{failed.pk}/dismiss/", follow=True)
    assert messages_of(answer) == ["The request is tried no more. You can still replay it."]
    failed.refresh_from_db()
    assert (failed.outcome, failed.next_try_at, replaying.retry_failed()) == ("dismissed", None, 0)
    assert "that failed" not in text_of(admin_page.get("/journal/").content.decode())
    assert AuditEntry.objects.filter(action="dismissed", username="root", name="Main").count() == 1


def test_dismissed_request_can_still_be_replayed(failed: WebhookRequest, admin_page: Client) -> None:
    admin_page.post("/journal/dismiss/?outcome=failed")
    admin_page.post(f"/journal/{failed.pk}/replay/")
    assert [message.body for message in Message.objects.all()] == ["Hello"]


def test_what_is_done_is_not_dismissed(post_inbound: Post, admin_page: Client) -> None:
    post_inbound(1, "Hello")
    row = WebhookRequest.objects.get()
    admin_page.post(f"/journal/{row.pk}/dismiss/")
    admin_page.post("/journal/dismiss/")
    row.refresh_from_db()
    assert row.outcome == "processed"


def test_dismissing_all_keeps_to_the_filters(failed: WebhookRequest, admin_page: Client) -> None:
    admin_page.post(f"/journal/dismiss/?channel={failed.channel_id}9")
    failed.refresh_from_db()
    assert failed.outcome == "failed"
