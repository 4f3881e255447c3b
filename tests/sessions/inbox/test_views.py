"""The agents' page: who sees what, and what each button answers."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from routing.models import Extension
from sessions import actions
from sessions.inbox import thread
from sessions.models import Attachment, Message, MessagingSession
from sessions.opt_outs import ledger
from tests.factories import CONTACT, OUR_NUMBER, Road, make_agent
from tests.portal import logged_in as portal_of
from tests.portal import make_user
from tests.sessions.conftest import Post, listed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0])


def logged_in(agent: Extension) -> Client:
    client = Client()
    client.force_login(agent.user)
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"inbox-{name}", args=args)


def reply_data(client: Client, session: MessagingSession, body: str) -> dict[str, str]:
    page = client.get(url("session", session.pk))
    return {"body": body, "client_id": str(page.context["form"]["client_id"].value())}


def test_inbox_of_an_agent_lists_waiting_and_own_sessions(ada: Client, waiting: MessagingSession) -> None:
    page = ada.get(reverse("inbox"))
    assert listed_in(page, "waiting") == [waiting]
    assert listed_in(page, "mine") == []
    assert "Are you open today?" in page.content.decode()


def test_administrator_without_an_extension_has_no_inbox(admin_client: Client) -> None:
    assert admin_client.get(reverse("inbox")).status_code == 404


def test_every_url_of_a_session_is_404_for_another_agent(
    waiting: MessagingSession, agents: list[Extension]
) -> None:
    actions.pick_up(waiting, agent=agents[0])
    for other in (agents[1], agents[2]):
        client = logged_in(other)
        for name in ("session", "thread"):
            assert client.get(url(name, waiting.pk)).status_code == 404
        for name in ("pick-up", "reply", "close"):
            assert client.post(url(name, waiting.pk), {"body": "x"}).status_code == 404
    assert Message.objects.filter(kind="outbound").count() == 0


def test_pick_up_shows_the_composer(ada: Client, waiting: MessagingSession, agents: list[Extension]) -> None:
    answer = ada.post(url("pick-up", waiting.pk))
    assert answer.context["composer"] == "reply"
    waiting.refresh_from_db()
    assert (waiting.agent, waiting.unread) == (agents[0], 0)


def test_pick_up_that_comes_second_is_404_once_the_session_left(
    waiting: MessagingSession, agents: list[Extension]
) -> None:
    actions.pick_up(waiting, agent=agents[1])
    assert logged_in(agents[0]).post(url("pick-up", waiting.pk)).status_code == 404


def test_reply_is_accepted_once_however_often_the_form_is_sent(
    ada: Client, waiting: MessagingSession, agents: list[Extension]
) -> None:
    actions.pick_up(waiting, agent=agents[0])
    data = reply_data(ada, waiting, "Yes, till six.")
    assert ada.post(url("reply", waiting.pk), data).status_code == 200
    assert ada.post(url("reply", waiting.pk), data).status_code == 200
    message = Message.objects.get(kind="outbound")
    assert (message.body, message.author, message.status) == ("Yes, till six.", agents[0], "queued")
    assert message.attempts.count() == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [("  ", "Write something first."), ("x" * 1601, "Too long by 1 character, so it can’t be sent")],
)
def test_reply_that_can_not_be_sent_keeps_what_was_typed(
    ada: Client, waiting: MessagingSession, agents: list[Extension], body: str, error: str
) -> None:
    actions.pick_up(waiting, agent=agents[0])
    answer = ada.post(url("reply", waiting.pk), reply_data(ada, waiting, body))
    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert body.strip() in answer.content.decode()


def test_reply_to_a_session_that_was_closed_meanwhile_keeps_what_was_typed(
    ada: Client, waiting: MessagingSession, agents: list[Extension]
) -> None:
    actions.pick_up(waiting, agent=agents[0])
    data = reply_data(ada, waiting, "Too late")
    actions.close(waiting, agent=agents[0])
    answer = ada.post(url("reply", waiting.pk), data)
    assert answer.status_code == 422
    assert "The session was closed meanwhile." in answer.content.decode()
    assert "Too late" in answer.content.decode()


def test_close_leaves_a_system_line(ada: Client, waiting: MessagingSession, agents: list[Extension]) -> None:
    actions.pick_up(waiting, agent=agents[0])
    ada.post(url("close", waiting.pk), {"sure": "on"})
    assert "Ada closed the session." in ada.get(url("session", waiting.pk)).content.decode()
    assert MessagingSession.objects.open().count() == 0


def test_body_of_a_text_is_never_markup(ada: Client, post_inbound: Post) -> None:
    post_inbound(1, '<script>alert(1)</script> javascript:x <a href="javascript:y">z</a>')
    page = ada.get(url("session", MessagingSession.objects.get().pk)).content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def new_message_data(road: Road, **others: str) -> dict[str, Any]:
    return {
        "number": road.number.pk,
        "contact": CONTACT,
        "body": "Hello",
        "client_id": "5f3c8a1e-0000-4000-8000-000000000001",
        **others,
    }


def test_new_message_opens_a_session(ada: Client, road: Road, agents: list[Extension]) -> None:
    answer = ada.post(reverse("inbox-new"), new_message_data(road))
    session = MessagingSession.objects.get()
    assert answer["Location"] == url("session", session.pk)
    assert (session.contact, session.agent) == (CONTACT, agents[0])


def test_new_message_shows_national_input_in_e164_before_it_is_sent(ada: Client, road: Road) -> None:
    answer = ada.post(reverse("inbox-new"), new_message_data(road, contact="(201) 555-0123"))
    assert answer.status_code == 422
    assert answer.context["new_form"]["contact"].value() == "+12015550123"
    assert answer.context["new_form"]["body"].value() == "Hello"
    assert MessagingSession.objects.count() == 0
    ada.post(reverse("inbox-new"), new_message_data(road, contact="+12015550123"))
    assert MessagingSession.objects.get().contact == "+12015550123"


def test_new_message_is_sent_at_once_where_the_page_has_shown_the_number(ada: Client, road: Road) -> None:
    typed = {"contact": "(201) 555-0123"}
    shown = ada.get(reverse("inbox-suggestions"), typed)
    assert 'name="shown" value="+12015550123"' in shown.content.decode()
    other = ada.post(reverse("inbox-new"), new_message_data(road, **typed, shown="+12015550199"))
    assert (other.status_code, MessagingSession.objects.count()) == (422, 0)
    ada.post(reverse("inbox-new"), new_message_data(road, **typed, shown="+12015550123"))
    assert MessagingSession.objects.get().contact == "+12015550123"


def test_new_message_from_a_number_that_is_not_allowed_is_refused(
    road: Road, agents: list[Extension]
) -> None:
    answer = logged_in(agents[2]).post(reverse("inbox-new"), new_message_data(road))
    assert answer.status_code == 422
    assert MessagingSession.objects.count() == 0


@pytest.fixture
def picture(waiting: MessagingSession) -> Attachment:
    attachment = Attachment(
        message=Message.objects.get(), position=0, url="https://api.twilio.com/x", state="stored"
    )
    attachment.content_type = "image/png"
    attachment.file.save("picture.png", ContentFile(b"\x89PNG\r\n\x1a\n"))
    return attachment


def test_picture_is_shown_to_those_who_see_the_session_only(
    picture: Attachment, agents: list[Extension]
) -> None:
    answers = [logged_in(agent).get(url("attachment", picture.pk)) for agent in agents]
    assert [answer.status_code for answer in answers] == [200, 200, 404]
    assert answers[0]["Content-Type"] == "image/png"
    assert answers[0]["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "content_type", ["text/html", "image/svg+xml", "application/pdf", "text/xml", "image/x-unknown", ""]
)
def test_file_that_is_no_picture_is_only_downloaded(
    picture: Attachment, ada: Client, content_type: str
) -> None:
    Attachment.objects.update(content_type=content_type)
    answer = ada.get(url("attachment", picture.pk))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    html = ada.get(url("session", picture.message.session_id)).content.decode()
    assert f'<img class="attachment" src="{url("attachment", picture.pk)}"' not in html


@pytest.mark.parametrize(("content_type", "tag"), [("audio/ogg", "<audio"), ("video/mp4", "<video")])
def test_sound_and_film_are_played_in_the_page(
    picture: Attachment, ada: Client, content_type: str, tag: str
) -> None:
    Attachment.objects.update(content_type=content_type)
    answer = ada.get(url("attachment", picture.pk))
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (content_type, "nosniff")
    assert tag in ada.get(url("session", picture.message.session_id)).content.decode()


def test_rows_are_those_that_the_lists_show_now(
    ada: Client, waiting: MessagingSession, agents: list[Extension]
) -> None:
    """What left is not there, so the page removes it; what one may not see is not told from it."""
    asked: dict[str, list[int | str]] = {"session": [waiting.pk, waiting.pk + 1, "x", 10**30]}
    assert listed_in(ada.get(reverse("inbox-rows"), asked), "waiting") == [waiting]
    assert listed_in(logged_in(agents[2]).get(reverse("inbox-rows"), asked), "waiting") == []
    actions.pick_up(waiting, agent=agents[0])
    rows = ada.get(reverse("inbox-rows"), asked)
    assert (listed_in(rows, "waiting"), listed_in(rows, "mine")) == ([], [waiting])
    assert listed_in(logged_in(agents[1]).get(reverse("inbox-rows"), asked), "waiting") == []


def test_inbox_costs_the_same_with_one_and_with_thirty_sessions(
    ada: Client, waiting: MessagingSession, post_inbound: Post, django_assert_num_queries: Any
) -> None:
    with CaptureQueriesContext(connection) as one:
        ada.get(reverse("inbox"))
    cost = len(one)
    for number in range(30):
        post_inbound(number + 10, "Hello", From=f"+141555502{number:02}")
    make_agent("1009")
    with django_assert_num_queries(cost):
        ada.get(reverse("inbox"))


def said_of(client: Client, **typed: Any) -> str:
    """What stands below the contact of a new message."""
    html = client.get(reverse("inbox-suggestions"), typed).content.decode()
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def test_new_message_says_at_once_what_stands_against_it(
    ada: Client, road: Road, agents: list[Extension], administrator: Any
) -> None:
    """And the same is refused when it is sent all the same."""
    other, free, number = "+14155550144", "+14155550145", road.number.pk
    ledger.opt_out(road.number, CONTACT, by=administrator)
    actions.start_session(agent=agents[1], number=road.number, contact=other, body="Hello")
    against = {
        OUR_NUMBER: "This is the number that you write from. Enter the contact’s.",
        CONTACT: "This contact opted out of texts from this number, so none can be sent.",
        other: "1002 Ben has an open session with this contact.",
    }
    before = MessagingSession.objects.count()
    for contact, words in against.items():
        assert said_of(ada, contact=contact, number=number) == f"{words} Goes to {contact}"
        answer = ada.post(reverse("inbox-new"), new_message_data(road, contact=contact))
        assert answer.context["new_form"].errors == {"contact": [words]}
    assert said_of(ada, contact=free, number=number) == f"Goes to {free}"
    assert said_of(ada, contact=CONTACT) == f"Goes to {CONTACT}"
    no_number = "is no phone number yet, and no contact of this name is known."
    for typed in ("notanumber", "+1415"):
        assert said_of(ada, contact=typed, number=number) == f"“{typed}” {no_number}"
    assert MessagingSession.objects.count() == before


def test_text_that_comes_while_the_thread_is_rendered_stays_unread(
    ada: Client,
    waiting: MessagingSession,
    agents: list[Extension],
    post_inbound: Post,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    actions.pick_up(waiting, agent=agents[0])
    for number in (2, 3):
        post_inbound(number, "Hello?")

    def page_of(*args: Any, **options: Any) -> Any:
        page = thread.page_of(*args, **options)
        post_inbound(4, "And on Sundays?")
        return page

    monkeypatch.setattr("sessions.inbox.shown_session.page_of", page_of)
    assert "And on Sundays?" not in ada.get(url("thread", waiting.pk)).content.decode()
    waiting.refresh_from_db()
    assert waiting.unread == 1


def test_group_text_says_who_else_got_it(client: Any, agents: list[Extension], post_inbound: Post) -> None:
    post_inbound(1, "All of you", OtherRecipients0="+14155550122", OtherRecipients1="+14155550133")
    post_inbound(2, "Only you", From="+14155550144")
    client.force_login(agents[0].user)
    sessions = MessagingSession.objects.order_by("pk")
    pages = [client.get(f"/inbox/{one.pk}/").content.decode() for one in sessions]
    others = "also to <bdi>+14155550122</bdi>, <bdi>+14155550133</bdi>."
    assert [others in " ".join(page.split()) for page in pages] == [True, False]
    assert ["Your answer goes to the sender only." in page for page in pages] == [True, False]


def test_sender_is_searched_where_there_are_many_numbers(
    ada: Client, agents: list[Extension], road: Road
) -> None:
    assert "data-searchable" not in ada.get(url("new")).content.decode()
    for n in range(8):
        road.channel.numbers.create(address=f"+1415555090{n}", queue=road.number.queue).initiators.add(
            agents[0]
        )
    assert re.search(r"<select[^>]*data-searchable[^>]*>", ada.get(url("new")).content.decode())


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("UTC", ["2026-03-28", "2026-03-29"]),
        ("Asia/Shanghai", ["2026-03-29"]),
        ("America/Los_Angeles", ["2026-03-28"]),
        ("Pacific/Kiritimati", ["2026-03-29"]),
        ("Europe/Berlin", ["2026-03-28", "2026-03-29"]),  # its clocks change in that night
    ],
)
def test_thread_and_log_have_a_heading_for_each_day_of_whoever_reads(
    ada: Client,
    agents: list[Extension],
    post_inbound: Post,
    waiting: MessagingSession,
    zone: str,
    days: list[str],
) -> None:
    moments = [datetime(2026, 3, 28, 17, 0, tzinfo=UTC), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)]
    post_inbound(2, "Hello?")
    for message, at in zip(Message.objects.order_by("pk"), moments, strict=True):
        Message.objects.filter(pk=message.pk).update(created_at=at)
    vera = make_user("vera", Role.ADMINISTRATOR)
    User.objects.filter(pk__in=[vera.pk, agents[0].user.pk]).update(time_zone=zone)
    pages = [
        ada.get(url("session", waiting.pk)),
        portal_of(vera).get(reverse("log-detail", args=[waiting.pk])),
    ]
    for page in pages:
        shown = re.findall(r'class="thread-day"[^>]*><time datetime="([^"]*)"', page.content.decode())
        assert shown == days
