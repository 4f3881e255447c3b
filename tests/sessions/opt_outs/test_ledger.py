"""STOP and START: what contacts say, what the ITSP refuses, and what administrators may do about it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from channels.itsp.errors import Advice, ItspError
from channels.itsp.texts import Accepted
from routing.models import Extension
from sessions import actions
from sessions.models import Attempt, Message, MessagingSession, OptOutEntry
from sessions.opt_outs import ledger
from sessions.sending import claiming
from tests.factories import CONTACT, Road, make_road
from tests.portal import logged_in, messages_of, rows_of, text_of
from tests.sessions.conftest import Post, inbound_fields, sid_of, signed_post
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db

START_ONLY = "Only the contact’s START re-opens it"


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


@pytest.fixture
def own(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    """A session that Ada picked up."""
    post_inbound(1000, "Are you open today?")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    return session


def entries() -> list[tuple[str, bool, str]]:
    entries = OptOutEntry.objects.order_by("pk")
    return [(entry.contact, entry.opted_out, entry.source) for entry in entries]


@pytest.mark.parametrize(
    "word", ["STOP", "stopall", " Unsubscribe\n", "END", "quit", "CANCEL", "revoke", "OptOut"]
)
def test_stop_word_opts_the_contact_out(post_inbound: Post, road: Road, word: str) -> None:
    post_inbound(1, word)
    assert entries() == [(CONTACT, True, "keyword")]
    assert OptOutEntry.objects.get().itsp_message_id == sid_of(1)
    assert ledger.is_opted_out(road.number, CONTACT)
    assert Message.objects.get().body == word
    assert not ledger.is_opted_out(road.number, "+14155550199")


@pytest.mark.parametrize("body", ["Stop it, please", "HELP", "info", "START", "YES", "", "STOP STOP"])
def test_other_text_opts_nobody_out_or_in(post_inbound: Post, body: str) -> None:
    post_inbound(1, body)
    assert entries() == []


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
def test_start_word_opts_in_again(post_inbound: Post, road: Road, word: str) -> None:
    post_inbound(1, "STOP")
    post_inbound(2, word)
    assert entries() == [(CONTACT, True, "keyword"), (CONTACT, False, "keyword")]
    assert not ledger.is_opted_out(road.number, CONTACT)


def test_yes_opens_no_toll_free_number_again(client: Client, agents: list[Extension]) -> None:
    road = make_road(agents[0], address="+18885550100")
    for number, (word, count) in enumerate([("STOP", 1), ("YES", 1), ("START", 2)]):
        signed_post(client, road.path, inbound_fields(sid_of(number), word, To="+18885550100"))
        assert len(entries()) == count


def test_same_word_again_adds_no_entry(post_inbound: Post) -> None:
    for number, word in enumerate(["STOP", "stop", "QUIT", "START", "YES", "STOP"]):
        post_inbound(number, word)
    assert [opted_out for _, opted_out, _ in entries()] == [True, False, True]


@pytest.mark.parametrize(("kind", "opted_out"), [("STOP", [True]), ("HELP", []), ("START", [])])
def test_what_the_itsp_says_of_a_text_goes_first(
    post_inbound: Post, kind: str, opted_out: list[bool]
) -> None:
    post_inbound(1, "ARRET", OptOutType=kind)
    assert entries() == [(CONTACT, value, "itsp") for value in opted_out]


def test_nothing_is_sent_to_whom_opted_out(
    post_inbound: Post, own: MessagingSession, road: Road, agents: list[Extension]
) -> None:
    post_inbound(1, "STOP")
    with pytest.raises(actions.OptedOut) as refused:
        actions.reply(own, agent=agents[0], body="One more thing")
    assert (refused.value.code, refused.value.entry) == ("opted_out", OptOutEntry.objects.get())
    with pytest.raises(actions.OptedOut):
        actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Hello?")
    assert Attempt.objects.count() == 0
    post_inbound(2, "START")
    assert actions.reply(own, agent=agents[0], body="Welcome back").status == "queued"


def test_refused_first_text_leaves_no_session(
    road: Road, agents: list[Extension], administrator: User
) -> None:
    ledger.opt_out(road.number, CONTACT, by=administrator)
    with pytest.raises(actions.OptedOut):
        actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Hello?")
    assert MessagingSession.objects.count() == 0


def test_stop_takes_what_waits_out_of_the_queue(
    post_inbound: Post, own: MessagingSession, agents: list[Extension]
) -> None:
    actions.reply(own, agent=agents[0], body="Waits")
    post_inbound(1, "STOP")
    message = Message.objects.get(body="Waits")
    assert (message.status, message.reason) == ("cancelled", "The contact opted out before it was sent.")
    lane = Attempt.objects.get().lane
    assert (lane.head, lane.in_flight) == (None, None)


def claimed(road: Road) -> claiming.Claim:
    """The next one; the limiter, new to the channel, grants nothing in its first second."""
    return wait_until(lambda: claiming.claim({road.channel.pk: 10}))[0]


def test_refusal_for_an_opt_out_is_recorded(
    own: MessagingSession, road: Road, agents: list[Extension]
) -> None:
    actions.reply(own, agent=agents[0], body="First")
    actions.reply(own, agent=agents[0], body="Second")
    refusal = ItspError(Advice.FAIL, "The contact has opted out.", "21610")
    claiming.settle([claiming.Result(claimed(road), refusal)])
    assert entries() == [(CONTACT, True, "refusal")]
    statuses = Message.objects.filter(kind="outbound").order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["failed", "cancelled"]


def test_text_that_is_given_back_after_a_stop_is_not_sent_again(
    post_inbound: Post, own: MessagingSession, road: Road, agents: list[Extension]
) -> None:
    actions.reply(own, agent=agents[0], body="In flight")
    claim = claimed(road)
    post_inbound(1, "STOP")
    assert Attempt.objects.get().status == "sending"
    claiming.settle([claiming.Result(claim, ItspError(Advice.RETRY, "Too many requests"))])
    assert Attempt.objects.get().status == "cancelled"


def test_text_that_was_accepted_before_the_stop_goes_on(
    post_inbound: Post, own: MessagingSession, road: Road, agents: list[Extension]
) -> None:
    actions.reply(own, agent=agents[0], body="In flight")
    claim = claimed(road)
    post_inbound(1, "STOP")
    claiming.settle([claiming.Result(claim, Accepted("SM1"))])
    assert Attempt.objects.get().status == "accepted"


@pytest.mark.django_db(transaction=True)
def test_four_stops_at_once_make_one_entry(road: Road) -> None:
    def post(number: int) -> None:
        signed_post(Client(), road.path, inbound_fields(sid_of(number), "STOP"))
        connection.close()

    threads = [threading.Thread(target=post, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (entries(), Message.objects.count()) == ([(CONTACT, True, "keyword")], 4)


@pytest.mark.django_db(transaction=True)
def test_no_answer_slips_past_an_opt_out(
    own: MessagingSession, road: Road, agents: list[Extension], administrator: User
) -> None:
    def answer(_: int) -> None:
        try:
            actions.reply(own, agent=agents[0], body="Hello?")
        except actions.OptedOut:
            pass
        finally:
            connection.close()

    def opt_out() -> None:
        ledger.opt_out(road.number, CONTACT, by=administrator)
        connection.close()

    with ThreadPoolExecutor(5) as threads:
        answers = [threads.submit(answer, number) for number in range(4)]
        threads.submit(opt_out).result()
        answers += [threads.submit(answer, number) for number in range(4)]
    assert all(one.exception() is None for one in answers)
    assert Attempt.objects.exclude(status="cancelled").count() == 0
    assert Message.objects.filter(kind="outbound").exclude(status="cancelled").count() == 0


def test_composer_says_so_and_start_brings_it_back(
    post_inbound: Post, own: MessagingSession, ada: Client
) -> None:
    thread = reverse("inbox-thread", args=[own.pk])
    post_inbound(1, "STOP")
    answer = ada.get(thread, {"composer": "reply"})
    words = text_of(answer.content.decode())
    assert "No texts can be sent: the contact has opted out. The contact asked for it by a text on" in words
    assert (answer.context["composer_changed"], "data-draft=" in answer.content.decode()) == (True, False)
    post_inbound(2, "START")
    answer = ada.get(thread, {"composer": "opted_out"})
    assert (answer.context["composer"], "data-draft=" in answer.content.decode()) == ("reply", True)


def test_answer_that_crosses_a_stop_is_refused_and_kept(
    post_inbound: Post, own: MessagingSession, ada: Client
) -> None:
    post_inbound(1, "STOP")
    data = {"body": "See you soon", "client_id": "7f6c8d7e-3c56-4f0e-a0bb-000000000001"}
    answer = ada.post(reverse("inbox-reply", args=[own.pk]), data)
    assert answer.status_code == 422
    assert "It was not sent: the contact opted out of texts from this number." in answer.content.decode()
    assert "See you soon</textarea>" in answer.content.decode()


def test_new_message_to_whom_opted_out_is_an_error_on_the_contact(
    road: Road, ada: Client, administrator: User
) -> None:
    ledger.opt_out(road.number, CONTACT, by=administrator)
    data = {"number": road.number.pk, "contact": CONTACT, "body": "Hello"}
    answer = ada.post(reverse("inbox-new"), {**data, "client_id": "7f6c8d7e-3c56-4f0e-a0bb-000000000002"})
    words = "This contact opted out of texts from this number, so none can be sent."
    assert answer.context["new_form"].errors == {"contact": [words]}


# --- the administrators' pages ---


def test_list_shows_who_is_opted_out_now(post_inbound: Post, road: Road, admin_page: Client) -> None:
    for number, (contact, word) in enumerate([("+14155550101", "STOP"), ("+14155550102", "STOP")]):
        post_inbound(number, word, From=contact)
    post_inbound(10, "START", From="+14155550101")
    rows = rows_of(admin_page.get("/opt-outs/"))
    assert [row[1:] for row in rows] == [
        ["+14155550102", "+25402161183 Main", f"The contact's text {START_ONLY}"]
    ]
    ledger_rows = rows_of(admin_page.get("/opt-outs/?show=all"))
    assert [(row[1], row[4]) for row in ledger_rows] == [
        ("+14155550101", "Opted in again"),
        ("+14155550102", "Opted out"),
        ("+14155550101", "Opted out"),
    ]


def test_list_is_searched_filtered_and_sorted(
    road: Road, agents: list[Extension], administrator: User, admin_page: Client
) -> None:
    other = make_road(agents[0], address="+12015550123", name="Other")
    ledger.opt_out(road.number, "+14155550101", by=administrator)
    ledger.opt_out(other.number, "+14155550102", by=administrator)

    def contacts(query: str) -> list[str]:
        return [row[1] for row in rows_of(admin_page.get(f"/opt-outs/?{query}"))]

    assert contacts("") == ["+14155550102", "+14155550101"]
    assert contacts("sort=contact") == ["+14155550101", "+14155550102"]
    assert contacts("sort=-number") == ["+14155550101", "+14155550102"]
    assert contacts("q=0102") == contacts("q=other") == ["+14155550102"]
    assert contacts(f"number={road.number.pk}") == ["+14155550101"]
    assert contacts("number=x") == contacts("number=99999999999999999999")
    assert contacts("q=nobody") == []


def test_admin_opts_out_by_hand_and_takes_it_back(
    road: Road, admin_page: Client, administrator: User
) -> None:
    data = {"number": road.number.pk, "contact": CONTACT}
    answer = admin_page.post("/opt-outs/add/", data, follow=True)
    assert messages_of(answer) == [f"{CONTACT} gets no more texts from this number."]
    again = admin_page.post("/opt-outs/add/", data)
    words = "This contact is opted out of texts from this number already."
    assert (again.status_code, again.context["form"].errors) == (422, {"contact": [words]})
    path = f"/opt-outs/{OptOutEntry.objects.get().pk}/re-open/"
    assert "Re-open +14155550123 for texts from +25402161183?" in text_of(
        admin_page.get(path).content.decode()
    )
    answer = admin_page.post(path, follow=True)
    assert messages_of(answer) == [f"{CONTACT} can get texts from this number again."]
    assert entries() == [(CONTACT, True, "admin"), (CONTACT, False, "admin")]
    assert list(OptOutEntry.objects.values_list("by", flat=True)) == [administrator.pk] * 2
    assert admin_page.post(path).status_code == 404


def test_admin_can_not_re_open_what_the_contact_asked_for(
    post_inbound: Post, road: Road, admin_page: Client, administrator: User
) -> None:
    ledger.opt_out(road.number, CONTACT, by=administrator)
    post_inbound(1, "STOP")
    assert entries() == [(CONTACT, True, "admin"), (CONTACT, True, "keyword")]
    assert START_ONLY in text_of(admin_page.get("/opt-outs/").content.decode())
    answer = admin_page.post(f"/opt-outs/{ledger.current().get().pk}/re-open/")
    assert answer.status_code == 409
    assert "Only the contact can re-open it, by texting START." in text_of(answer.content.decode())
    assert ledger.is_opted_out(road.number, CONTACT)


def test_export_is_what_the_list_shows(post_inbound: Post, road: Road, admin_page: Client) -> None:
    post_inbound(1, "STOP", From="=HYPER(1)")
    post_inbound(2, "STOP")
    answer: Any = admin_page.get("/opt-outs/export/?sort=contact")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Contact,Number,Status,Source,By,Since,Reason"
    assert [line.rsplit(",", 2)[0] for line in lines[1:]] == [
        "'+14155550123,'+25402161183,Opted out,The contact's text,",
        "'=HYPER(1),'+25402161183,Opted out,The contact's text,",
    ]


def test_list_of_thirty_costs_as_many_queries_as_of_one(
    road: Road, admin_page: Client, administrator: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            admin_page.get("/opt-outs/")
        return len(captured)

    ledger.opt_out(road.number, "+14155550100", by=administrator)
    with_one = queries()
    for number in range(101, 130):
        ledger.opt_out(road.number, f"+14155550{number}", by=administrator)
    assert queries() == with_one
