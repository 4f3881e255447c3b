"""What one may not see is a 404, by each operation; supervisors read; a token does what its scope says."""

from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, Role, SecuritySettings, User
from api.openapi import document
from routing.models import Extension, MessageQueue
from sessions.models import Attachment, Contact, Message, MessagingSession
from tests.api.conftest import Caller, code_of, texts
from tests.factories import CONTACT, OUR_NUMBER
from tests.portal import logged_in, make_user

pytestmark = pytest.mark.django_db

BODIES: dict[str, Any] = {  # of the operations that need one, by the end of their paths
    "transfer": {"extension": "1002"},
    "notes": {"body": "Hello"},
    "snooze": {"until": "2030-01-01T09:00:00Z"},
    "opt-out": {"reason": "By phone"},
    "tags": {"tags": []},
    "reschedule": {"body": "Hello"},
    "{number}": {"notes": "Hello"},
    "messages": {"body": "Hello"},
    "sessions": {"number": OUR_NUMBER, "contact": CONTACT, "body": "Hello"},
}
PUBLIC = {"/events"}  # not of the API's own: see tests/sessions/test_events.py
Operation = tuple[str, str]
OPERATIONS: list[Operation] = [
    (method, path.removeprefix("/api/v1/"))
    for path, methods in document()["paths"].items()
    for method in methods
    if path not in PUBLIC
]
OF_ALL = "contacts/{number}"  # in the company's address book
ABOUT_ONE = [(method, path) for method, path in OPERATIONS if "{" in path and path != OF_ALL]
WRITES = [(method, path) for method, path in OPERATIONS if method != "get"]


@pytest.fixture
def things(mine: MessagingSession, ada: Caller) -> dict[str, Any]:
    """A session of Ada's with an answer and a picture; its contact."""
    Contact.objects.create(address=CONTACT, name="Grace")
    sent = ada.post(f"sessions/{mine.pk}/messages", {"body": "Until six."}).json()
    attachment = Attachment(message_id=sent["id"], position=0, content_type="image/png", state="stored")
    attachment.file.save("x.png", ContentFile(b"\x89PNG\r\n\x1a\n"))
    attachment.preview.save("x.jpg", ContentFile(b"\xff\xd8\xff"))
    ids = {"session_id": mine.pk, "message_id": sent["id"], "attachment_id": attachment.pk}
    return ids | {"number": CONTACT}


def call(caller: Caller, method: str, path: str, things: dict[str, Any]) -> Any:
    body = BODIES.get(path.rpartition("/")[2])
    if method == "get":
        return caller.get(path.format(**things))
    return getattr(caller, method)(path.format(**things), body)


def codes(caller: Caller, operations: list[Operation], things: dict[str, Any]) -> dict[Operation, Any]:
    """What each answers: its problem's code, or its status where there is none."""
    answers = {one: call(caller, *one, things) for one in operations}
    return {
        one: said.status_code if said.status_code < 400 else code_of(said) for one, said in answers.items()
    }


def test_thing_of_another_agent_does_not_exist(ben: Caller, cleo: Caller, things: dict[str, Any]) -> None:
    """Ben is in the queue that it came from, Cleo is in none."""
    before = list(MessagingSession.objects.values()), Message.objects.count()
    for somebody in (ben, cleo):
        assert codes(somebody, ABOUT_ONE, things) == dict.fromkeys(ABOUT_ONE, (404, "not_found"))
    assert (list(MessagingSession.objects.values()), Message.objects.count()) == before


def test_cookie_is_no_token(things: dict[str, Any], agents: list[Extension]) -> None:
    browser, found = logged_in(agents[0].user), {}
    for method, path in OPERATIONS:
        answer = getattr(browser, method)(f"/api/v1/{path.format(**things)}")
        found[method, path] = code_of(answer), answer["WWW-Authenticate"]
    assert found == dict.fromkeys(OPERATIONS, ((401, "unauthenticated"), "Bearer"))


def test_reading_token_does_not_write(agents: list[Extension], things: dict[str, Any]) -> None:
    reader = Caller(agents[0].user, ApiToken.Scope.READ)
    expected = dict.fromkeys(OPERATIONS, 200) | dict.fromkeys(WRITES, (403, "insufficient_scope"))
    assert codes(reader, OPERATIONS, things) == expected
    answer = reader.post("sessions", BODIES["sessions"])
    assert answer["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="send"'
    assert texts() == ["Until six."]


@pytest.fixture
def vera(queue: MessageQueue) -> Caller:
    """A supervisor of the queue, without an extension."""
    user = make_user("vera", Role.SUPERVISOR)
    queue.supervisors.add(user)
    return Caller(user)


DIRECTED = {  # by supervisors, with an extension or without
    ("post", "sessions/{session_id}/transfer"): 204,
    ("post", "sessions/{session_id}/take-over"): 200,
    ("post", "sessions/{session_id}/notes"): 201,
    ("put", "sessions/{session_id}/tags"): 200,
    ("put", OF_ALL): 200,
}


def test_supervisor_reads_and_says_who_answers(
    vera: Caller, things: dict[str, Any], agents: list[Extension]
) -> None:
    expected = dict.fromkeys(ABOUT_ONE, 200) | dict.fromkeys(WRITES, (403, "read_only")) | DIRECTED
    assert codes(vera, sorted({*ABOUT_ONE, *WRITES}), things) == expected
    session = MessagingSession.objects.get()
    assert (texts(), session.is_open, session.agent) == (["Until six."], True, agents[1])
    note, *_older = vera.get(f"sessions/{session.pk}/messages").json()["items"][:1]
    assert note["event"] == "transferred"


def test_supervisor_stands_by_name_at_what_was_done(vera: Caller, waiting: MessagingSession) -> None:
    """Notes and system lines have no extension as their author then."""
    vera_user = User.objects.get(username="vera")
    vera_user.first_name, vera_user.last_name = "Vera", "Lind"
    vera_user.save()
    note = vera.post(f"sessions/{waiting.pk}/notes", {"body": "Call back"}).json()
    assert (note["author"], note["author_name"]) == (None, "Vera Lind")
    vera.post(f"sessions/{waiting.pk}/transfer", {"extension": "1001", "note": "Yours"})
    items = vera.get(f"sessions/{waiting.pk}/messages").json()["items"]
    named = [(one["kind"], one["event"], one["author_name"]) for one in items]
    assert sorted(named, key=str) == sorted(
        [
            ("note", None, "Vera Lind"),
            ("note", None, "Vera Lind"),
            ("system", "transferred", "Vera Lind"),
            ("inbound", None, ""),
        ],
        key=str,
    )


def test_supervisor_s_program_leaves_what_was_picked_up_meanwhile(
    vera: Caller, ada: Caller, waiting: MessagingSession, agents: list[Extension]
) -> None:
    path = f"sessions/{waiting.pk}/transfer"
    ada.post(f"sessions/{waiting.pk}/pick-up")
    for had_by in (None, "1003", "99"):
        answer = vera.post(path, {"extension": "1002", "had_by": had_by})
        assert code_of(answer) == (409, "already_picked_up")
    assert MessagingSession.objects.get().agent == agents[0]
    assert vera.post(path, {"extension": "1002", "had_by": "1001"}).status_code == 204
    assert vera.post(path, {"extension": "1001"}).status_code == 204


def test_supervisor_with_an_extension_picks_up_what_waits(
    agents: list[Extension], queue: MessageQueue, waiting: MessagingSession
) -> None:
    agents[2].user.role = Role.SUPERVISOR
    agents[2].user.save()
    queue.supervisors.add(agents[2].user)
    both = Caller(agents[2].user)
    assert code_of(both.post(f"sessions/{waiting.pk}/archive")) == (403, "read_only")
    assert both.post(f"sessions/{waiting.pk}/pick-up").json()["agent"] == {"number": "1003", "name": "Cleo"}
    assert both.post(f"sessions/{waiting.pk}/messages", {"body": "Till six"}).status_code == 201


def test_supervisor_with_an_extension_only_reads_what_is_another_s(
    vera: Caller, agents: list[Extension], queue: MessageQueue, things: dict[str, Any]
) -> None:
    agents[2].user.role = Role.SUPERVISOR
    agents[2].user.save()
    queue.supervisors.add(agents[2].user)
    both = Caller(agents[2].user)
    assert both.get(f"sessions/{things['session_id']}").status_code == 200
    answer = both.post(f"sessions/{things['session_id']}/messages", {"body": "Me too"})
    assert code_of(answer) == (403, "read_only")
    assert texts() == ["Until six."]


def test_access_ends_with_the_token_the_login_and_the_extension(ada: Caller, agents: list[Extension]) -> None:
    def seen() -> Any:
        answer = ada.get("me")
        return answer.status_code if answer.status_code == 200 else code_of(answer)

    agent = agents[0]
    assert seen() == 200
    agent.user.is_active = False
    agent.user.save()
    assert seen() == (401, "login_inactive")
    agent.user.is_active = True
    agent.user.save()
    agent.archived_at = timezone.now()
    agent.save()
    assert seen() == (401, "no_extension")
    agent.archived_at = None
    agent.save()
    assert seen() == 200
    SecuritySettings.objects.create(pk=1, two_step_required_of="everybody")
    assert seen() == (401, "two_step_missing")
    SecuritySettings.objects.all().delete()
    ApiToken.objects.update(expires_at=timezone.now())
    assert seen() == (401, "token_expired")
    ApiToken.objects.update(revoked_at=timezone.now())
    assert seen() == (401, "token_revoked")
    ApiToken.objects.all().delete()
    assert seen() == (401, "unauthenticated")


def test_ended_token_is_told_what_to_do(ada: Caller) -> None:
    ApiToken.objects.update(expires_at=timezone.now())
    answer = ada.post("sessions", BODIES["sessions"])
    assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    problem = answer.json()
    assert (problem["title"], problem["detail"]) == (
        "This token has come to its end.",
        "Make a new one under Profile > API tokens, and give it to the program.",
    )
    assert texts() == []


def test_post_needs_no_csrf_token(ada: Caller, waiting: MessagingSession) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {ada.token}"})
    assert strict.post(f"/api/v1/sessions/{waiting.pk}/pick-up").status_code == 200


def test_attachment_is_downloaded_as_safely_as_in_the_inbox(ada: Caller, things: dict[str, Any]) -> None:
    shown = ada.get(f"messages/{things['message_id']}").json()["attachments"][0]
    answer: Any = ada.client.get(shown["url"])
    assert b"".join(answer.streaming_content) == b"\x89PNG\r\n\x1a\n"
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")


@pytest.mark.parametrize("path", ["nothing", "sessions/a\nb/unread", "v9\r\n", "sessions/\u2028", "..//x"])
def test_whatever_the_address_is_like_nothing_there_is_a_problem(ada: Caller, path: str) -> None:
    for url in (f"/api/v1/{quote(path)}", f"/api/{quote(path)}"):
        answer = ada.client.get(url)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json"), url
