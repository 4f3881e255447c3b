"""Sessions by the API: found, picked up, answered, handed on, as in the inbox."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.models import Contact, Message, MessagingSession, Tag
from tests.api.conftest import Caller, code_of, texts
from tests.factories import CONTACT, OUR_NUMBER, Road
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db

SUPPORT = {"name": "Support", "pickup_mode": "manual", "assignment": None, "max_open_sessions": None}


def ids(answer: Any) -> list[int]:
    return [item["id"] for item in answer.json()["items"]]


def states(caller: Caller) -> dict[str, list[int]]:
    asked = ("waiting", "mine", "closed", "archived", "all")
    return {state: ids(caller.get("sessions", state=state)) for state in asked}


def test_me_says_who_the_token_stands_for(ada: Caller, queue: MessageQueue, agents: list[Extension]) -> None:
    assert ada.get("me").json() == {
        "username": "agent1001",
        "name": "",
        "role": "agent",
        "extension": {"number": "1001", "name": "Ada"},
        "queues": [SUPPORT | {"id": queue.pk}],
        "supervised_queues": [],
        "token": "CRM",
        "scope": "send",
    }


def test_waiting_session_is_shown_with_all_that_a_list_needs(
    ada: Caller, waiting: MessagingSession, queue: MessageQueue
) -> None:
    Contact.objects.create(address=CONTACT, name="Grace Hopper")
    shown = ada.get("sessions").json()["items"][0]
    last = shown.pop("last_message")
    moments = {name: shown.pop(name) for name in ("opened_at", "last_active_at")}
    assert all(moment.endswith("Z") for moment in moments.values())
    assert shown == {
        "id": waiting.pk,
        "number": OUR_NUMBER,
        "contact": CONTACT,
        "contact_name": "Grace Hopper",
        "state": "waiting",
        "queue": SUPPORT | {"id": queue.pk},
        "agent": None,
        "unread": 1,
        "tags": [],
        "closed_at": None,
        "archived_at": None,
        "snoozed_until": None,
    }
    assert (last["kind"], last["body"], last["status"]) == ("inbound", "Are you open today?", None)


def test_lists_follow_what_becomes_of_a_session(
    ada: Caller, ben: Caller, cleo: Caller, waiting: MessagingSession
) -> None:
    nothing: dict[str, list[int]] = {"waiting": [], "mine": [], "closed": [], "archived": [], "all": []}
    found = nothing | {"waiting": [waiting.pk], "all": [waiting.pk]}
    assert (states(ada), states(ben), states(cleo)) == (found, found, nothing)

    picked_up = ada.post(f"sessions/{waiting.pk}/pick-up").json()
    assert (picked_up["state"], picked_up["agent"], picked_up["unread"]) == (
        "owned",
        {"number": "1001", "name": "Ada"},
        0,
    )
    assert (states(ada), states(ben)) == (nothing | {"mine": [waiting.pk], "all": [waiting.pk]}, nothing)

    ada.post(f"sessions/{waiting.pk}/messages", {"body": "Until six."})
    assert ada.post(f"sessions/{waiting.pk}/archive").json()["archived_at"]
    assert states(ada) == nothing | {"archived": [waiting.pk], "all": [waiting.pk]}
    assert ada.post(f"sessions/{waiting.pk}/unarchive").json()["archived_at"] is None

    assert ada.post(f"sessions/{waiting.pk}/close").json()["state"] == "closed"
    assert states(ada) == nothing | {"closed": [waiting.pk], "all": [waiting.pk]}


def test_what_nobody_owns_or_nobody_answered_is_not_archived(ada: Caller, waiting: MessagingSession) -> None:
    answer = ada.post(f"sessions/{waiting.pk}/archive")
    assert code_of(answer) == (409, "not_archivable")
    assert answer.json()["detail"].startswith("Nobody has it yet, so everybody would lose it. Pick it up")
    ada.post(f"sessions/{waiting.pk}/pick-up")
    answer = ada.post(f"sessions/{waiting.pk}/archive")
    assert code_of(answer) == (409, "not_archivable")
    assert answer.json()["detail"] == "The contact waits for an answer. Answer or close the session first."
    assert states(ada)["mine"] == [waiting.pk]


def test_second_pick_up_is_told_who_was_first(
    ada: Caller, cleo: Caller, mine: MessagingSession, agents: list[Extension], queue: MessageQueue
) -> None:
    answer = ada.post(f"sessions/{mine.pk}/pick-up")
    assert code_of(answer) == (409, "already_picked_up")
    assert answer.json()["detail"] == "1001 Ada has it. Ask for the list of sessions again."


def test_search_finds_by_text_and_number(ada: Caller, waiting: MessagingSession) -> None:
    found = [ids(ada.get("sessions", q=text)) for text in ("open today", CONTACT, "nobody wrote this")]
    assert found == [[waiting.pk], [waiting.pk], []]


def test_answer_is_accepted_and_read_back(ada: Caller, mine: MessagingSession) -> None:
    answer = ada.post(f"sessions/{mine.pk}/messages", {"body": "Until six.", "client_id": "one"})
    sent = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/messages/{sent['id']}")
    assert {name: sent[name] for name in ("body", "status", "client_id", "kind", "due_at")} == {
        "body": "Until six.",
        "status": "queued",
        "client_id": "one",
        "kind": "outbound",
        "due_at": None,
    }
    assert ada.get(f"messages/{sent['id']}").json() == sent
    thread = ada.get(f"sessions/{mine.pk}/messages").json()
    assert [(one["kind"], one["body"], one["event"]) for one in thread["items"]] == [
        ("outbound", "Until six.", None),
        ("system", "", "picked_up"),
        ("inbound", "Are you open today?", None),
    ]


def test_scheduled_text_is_cancelled_for_good(ada: Caller, mine: MessagingSession) -> None:
    due_at = (timezone.now() + timedelta(hours=1)).isoformat(timespec="milliseconds")
    sent = ada.post(f"sessions/{mine.pk}/messages", {"body": "Later", "due_at": due_at}).json()
    assert (sent["status"], sent["due_at"]) == ("scheduled", due_at.replace("+00:00", "Z"))
    assert ada.post(f"messages/{sent['id']}/cancel").json()["status"] == "cancelled"
    assert code_of(ada.post(f"messages/{sent['id']}/cancel")) == (409, "not_cancellable")
    assert code_of(ada.post(f"messages/{sent['id']}/retry")) == (409, "not_retryable")


def test_what_is_not_an_outbound_text_is_not_sent_again(ada: Caller, mine: MessagingSession) -> None:
    inbound = Message.objects.get(kind="inbound")
    assert code_of(ada.post(f"messages/{inbound.pk}/retry")) == (404, "not_found")


def test_transfer_goes_to_an_extension_or_a_queue_with_a_note(
    ada: Caller, cleo: Caller, mine: MessagingSession, queue: MessageQueue
) -> None:
    transferred = ada.post(f"sessions/{mine.pk}/transfer", {"extension": "1003", "note": "Knows French"})
    assert (transferred.status_code, transferred.content) == (204, b"")
    assert code_of(ada.get(f"sessions/{mine.pk}")) == (404, "not_found")
    thread = cleo.get(f"sessions/{mine.pk}/messages").json()["items"]
    assert [(one["kind"], one["body"]) for one in thread[:2]] == [("note", "Knows French"), ("system", "")]
    assert cleo.post(f"sessions/{mine.pk}/transfer", {"queue": queue.pk}).status_code == 204
    assert states(ada)["waiting"] == [mine.pk]


def test_transfer_names_one_place_that_there_is(ada: Caller, mine: MessagingSession) -> None:
    path = f"sessions/{mine.pk}/transfer"
    assert code_of(ada.post(path, {"extension": "4711"})) == (409, "no_destination")
    assert code_of(ada.post(path, {"queue": 2**62})) == (409, "no_destination")
    refused = ada.post(path, {})
    assert (code_of(refused), refused.json()["errors"]) == (
        (422, "invalid"),
        {"extension": ["Field required"]},
    )
    both = ada.post(path, {"extension": "1002", "queue": 1})
    assert both.json()["errors"] == {"extension": ["Extra inputs are not permitted"]}


def test_notes_tags_and_unread(ada: Caller, mine: MessagingSession) -> None:
    Tag.objects.create(name="billing")
    note = ada.post(f"sessions/{mine.pk}/notes", {"body": "Called twice"})
    assert (note.status_code, note.json()["kind"], note.json()["body"]) == (201, "note", "Called twice")
    assert texts() == []
    assert ada.get("tags").json() == {"items": ["billing"]}
    assert ada.put(f"sessions/{mine.pk}/tags", {"tags": ["billing"]}).json()["tags"] == ["billing"]
    assert code_of(ada.put(f"sessions/{mine.pk}/tags", {"tags": ["vip"]})) == (409, "unknown_tag")
    assert ada.put(f"sessions/{mine.pk}/tags", {"tags": []}).json()["tags"] == []
    assert ada.post(f"sessions/{mine.pk}/unread").json()["unread"] == 1
    assert ada.post(f"sessions/{mine.pk}/read").json()["unread"] == 0


def test_new_session_by_a_number_that_one_may_use(ada: Caller, cleo: Caller, road: Road) -> None:
    said = {"number": OUR_NUMBER, "contact": CONTACT, "body": "Your order is here.", "client_id": "order-7"}
    assert ada.get("numbers").json() == {"items": [{"number": OUR_NUMBER, "channel": "Main"}]}
    started = ada.post("sessions", said)
    session = started.json()["session"]
    assert (started.status_code, started["Location"]) == (201, f"/api/v1/sessions/{session['id']}")
    assert (session["contact"], session["agent"]) == (CONTACT, {"number": "1001", "name": "Ada"})
    assert started.json()["message"]["body"] == "Your order is here."
    assert cleo.get("numbers").json() == {"items": []}
    assert code_of(cleo.post("sessions", said)) == (403, "not_allowed_to_initiate")


def test_contact_is_written_as_it_is_meant(ada: Caller, road: Road) -> None:
    said = {"number": OUR_NUMBER, "body": "Hello"}
    written = ["(415) 555-0123", "hello", "+1415"]
    answers = [ada.post("sessions", said | {"contact": text}) for text in written]
    assert [answer.json()["errors"] for answer in answers] == [
        {"contact": ["Write it as +14155550123, if that is the number."]},
        {
            "contact": [
                "“hello” is not a phone number of US. "
                "Enter it as + and country code, for example +25402161183."
            ]
        },
        {
            "contact": [
                "Enter the number as +, country code and number, digits only: for example +25402161183."
            ]
        },
    ]
    assert MessagingSession.objects.count() == 0


def test_contact_of_somebody_else_names_them(ada: Caller, ben: Caller, mine: MessagingSession) -> None:
    answer = ben.post("sessions", {"number": OUR_NUMBER, "contact": CONTACT, "body": "Hello"})
    assert code_of(answer) == (409, "owned_by_another")
    assert answer.json()["detail"] == "1001 Ada has it. Ask for a transfer."


def test_destinations_are_all_live_places(ada: Caller, queue: MessageQueue, agents: list[Extension]) -> None:
    agents[2].archived_at = timezone.now()
    agents[2].save()
    assert ada.get("destinations").json() == {
        "extensions": [{"number": "1001", "name": "Ada"}, {"number": "1002", "name": "Ben"}],
        "queues": [SUPPORT | {"id": queue.pk}],
    }


def test_list_costs_the_same_for_one_and_for_thirty(
    ada: Caller, post_inbound: Post, django_assert_num_queries: Any
) -> None:
    post_inbound(1, "Hello")
    first = MessagingSession.objects.get()
    ada.get("me")  # the use is noted
    paths = ("sessions", f"sessions/{first.pk}/messages")

    def cost() -> None:
        for path, queries in zip(paths, (4, 8), strict=True):
            with django_assert_num_queries(queries):
                ada.get(path)

    cost()
    actions.add_note(first, agent=Extension.objects.all()[0], body="x")
    for number in range(2, 31):
        post_inbound(number, "Hello", From=f"+1415555{number:04}")
        post_inbound(100 + number, "Again")
    cost()
