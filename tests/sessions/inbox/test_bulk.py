"""Many sessions at once: what still allows it is done, and the rest is said, in words."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.inbox import chosen
from sessions.models import Draft, Message, MessagingSession, Tag
from tests.portal import logged_in, make_user, text_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def sessions(post_inbound: Post) -> list[MessagingSession]:
    for n in range(5):
        post_inbound(n + 1, "Hello", From=f"+1415555020{n}")
    return list(MessagingSession.objects.order_by("pk"))


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


@pytest.fixture
def vera(queue: MessageQueue) -> Client:
    """A supervisor without an extension."""
    user = make_user("vera", Role.SUPERVISOR)
    user.supervised_queues.add(queue)
    return logged_in(user)


def bulk(page: Client, verb: str, sessions: list[MessagingSession], **data: Any) -> Any:
    ids = ".".join(str(session.pk) for session in sessions)
    return page.post(reverse("inbox-bulk", args=[verb]), {"sessions": ids, "sure": "1"} | data)


def said(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()
    assert set(json.loads(answer["HX-Trigger"])) == {"dialog:close", "inbox:bulk-done", "inbox:lists"}
    return " ".join(text_of(answer.content.decode()).split())


def shown_by(page: Client, verb: str, sessions: list[MessagingSession]) -> tuple[str, dict[str, Any]]:
    """The dialog that asks, and what it would send."""
    html = bulk(page, verb, sessions, sure="").content.decode()
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html)
    return " ".join(text_of(html).split()), dict(hidden)


def sure(page: Client, verb: str, hidden: dict[str, Any], **data: Any) -> Any:
    return page.post(reverse("inbox-bulk", args=[verb]), hidden | data)


def undo(page: Client, answer: Any) -> list[str]:
    token = re.findall(r'data-undo-many="([^"]+)"', answer.content.decode())
    done = page.post(reverse("inbox-undo"), {"token": token[0]})
    assert done.status_code == 200, done.content
    words: list[str] = done.json()["words"]
    assert done.json()["is_whole"] == (len(words) == 1)
    return words


def open_ids() -> list[int]:
    return list(MessagingSession.objects.open().order_by("pk").values_list("pk", flat=True))


def test_closing_does_what_it_can_and_says_what_it_could_not(
    ada: Client, agents: list[Extension], sessions: list[MessagingSession]
) -> None:
    mine = sessions[:3]
    for session in mine:
        actions.pick_up(session, agent=agents[0])
    for session in mine[:2]:
        actions.reply(session, agent=agents[0], body="Hi")
    actions.close(mine[0], agent=agents[0])
    dialog = bulk(ada, "close", sessions, sure="").content.decode()
    assert "Close 5 sessions?" in dialog
    assert "Also the 3 whose contacts wait for an answer" in dialog
    assert len(open_ids()) == 4
    words = said(bulk(ada, "close", sessions))
    assert "1 closed. 4 weren’t:" in words
    assert "3 × The contact waits for an answer." in words
    assert "1 × The session is closed already." in words
    words = said(bulk(ada, "close", sessions, unanswered="on"))
    assert "1 closed. 4 weren’t:" in words
    assert "2 × Only the agent who has the session closes it." in words
    assert open_ids() == [sessions[3].pk, sessions[4].pk]


def test_tags_are_added_and_taken_off_and_others_stay(ada: Client, sessions: list[MessagingSession]) -> None:
    kept, old, new = (Tag.objects.create(name=name) for name in ("kept", "old", "new"))
    sessions[0].tags.set([kept, old])
    sessions[1].tags.set([new])
    words = said(bulk(ada, "tag", sessions[:2], add=[new.pk], remove=[old.pk]))
    assert "The tags of 1 changed. 1 wasn’t:" in words
    assert "1 × Its tags are so already." in words
    assert set(sessions[0].tags.all()) == {kept, new}
    assert set(sessions[1].tags.all()) == {new}
    answer = bulk(ada, "tag", sessions[:2])
    assert (answer.status_code, "Choose a tag to add or to take off." in answer.content.decode()) == (
        422,
        True,
    )
    answer = bulk(ada, "tag", sessions[:2], add=[new.pk], remove=[new.pk])
    assert "A tag is either added or taken off." in answer.content.decode()


def test_transfer_takes_a_note_along_and_leaves_what_is_not_one_s_own(
    ada: Client, agents: list[Extension], sessions: list[MessagingSession]
) -> None:
    actions.pick_up(sessions[0], agent=agents[0])
    words = said(bulk(ada, "transfer", sessions[:2], to=f"extension-{agents[1].pk}", note="Yours"))
    assert "1 went to 1002 Ben. 1 wasn’t:" in words
    sessions[0].refresh_from_db()
    assert sessions[0].agent == agents[1]
    assert [note.body for note in Message.objects.filter(kind="note")] == ["Yours"]
    answer = bulk(ada, "transfer", sessions[:2])
    assert answer.status_code == 422
    assert "Choose an extension or a message queue." in answer.content.decode()


def test_supervisor_without_an_extension_assigns_by_loads(
    vera: Client, agents: list[Extension], sessions: list[MessagingSession]
) -> None:
    actions.pick_up(sessions[4], agent=agents[1])
    dialog = bulk(vera, "assign", sessions, sure="").content.decode()
    assert "1002 Ben – 1 open" in dialog
    assert "1001 Ada – 0 open" in dialog
    assert "Cleo" not in dialog  # she is in none of the queues
    words = said(bulk(vera, "assign", sessions, to=agents[1].pk))
    assert "4 assigned to 1002 Ben. 1 wasn’t: 1 × The agent has it already." in words
    assert MessagingSession.objects.filter(agent=agents[1]).count() == 5
    assert "5 × Only the agent who has the session closes it." in said(
        bulk(vera, "close", sessions, unanswered="on")
    )


def test_agent_assigns_nothing_to_others(
    ada: Client, agents: list[Extension], sessions: list[MessagingSession]
) -> None:
    answer = bulk(ada, "assign", sessions, to=agents[1].pk)
    assert answer.status_code == 422
    assert not MessagingSession.objects.filter(agent__isnull=False).exists()


def test_all_of_a_filtered_list_is_meant_also_what_is_not_shown(
    vera: Client, agents: list[Extension], sessions: list[MessagingSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Tag.objects.create(name="order")
    for session in sessions[:4]:
        session.tags.add(order)
    whole = {"all": "queue", "query": f"?tag={order.pk}"}
    monkeypatch.setattr(chosen, "MOST", 3)
    dialog = bulk(vera, "assign", [], sure="", **whole).content.decode()
    assert "Assign 3 sessions" in dialog
    assert "These are the first 3; do it again for the others." in dialog
    monkeypatch.undo()
    assert "4 assigned to 1001 Ada." in said(bulk(vera, "assign", [], to=agents[0].pk, **whole))
    assert not MessagingSession.objects.get(pk=sessions[4].pk).agent


def test_what_one_does_not_see_is_not_touched(
    agents: list[Extension], sessions: list[MessagingSession]
) -> None:
    tag = Tag.objects.create(name="order")
    cleo = logged_in(agents[2].user)
    words = said(bulk(cleo, "tag", sessions, add=[tag.pk]))
    assert "None of these sessions is in your lists any more." in words
    assert not tag.sessions.exists()
    assert bulk(cleo, "delete", sessions).status_code == 404
    nonsense = {"sessions": "x.-1.99999999999999999999.", "all": "everything", "query": "?tag=x"}
    assert said(cleo.post(reverse("inbox-bulk", args=["tag"]), nonsense))


def test_each_session_is_a_transaction_of_its_own(
    ada: Client, agents: list[Extension], sessions: list[MessagingSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails for one has not undone the others."""
    for session in sessions[:3]:
        actions.pick_up(session, agent=agents[0])
        actions.reply(session, agent=agents[0], body="Hi")
    close, calls = actions.close, []

    def closing(session: MessagingSession, **by: Any) -> None:
        calls.append(session.pk)
        close(session, **by)
        if len(calls) == 3:
            raise actions.SessionClosed

    monkeypatch.setattr(actions, "close", closing)
    assert "2 closed. 1 wasn’t:" in said(bulk(ada, "close", sessions[:3]))


def test_loads_are_counted_by_queue_and_agent(
    vera: Client, agents: list[Extension], sessions: list[MessagingSession], queue: MessageQueue
) -> None:
    for session in sessions[:3]:
        actions.pick_up(session, agent=agents[0])
    actions.reply(sessions[0], agent=agents[0], body="Hi")
    User.objects.filter(pk=agents[2].user_id).update(role=Role.SUPERVISOR)
    agents[2].user.supervised_queues.add(queue)
    load = vera.get(f"{reverse('inbox')}?show=team").context["load"]
    assert [(one.queue.name, one.waiting, one.open) for one in load.queues] == [("Support", 2, 5)]
    assert load.queues[0].since == MessagingSession.objects.get(pk=sessions[1].pk).unanswered_since
    assert [(one.agent.name, one.open, one.unanswered, one.snoozed) for one in load.agents] == [
        ("Ada", 3, 2, 0),
        ("Ben", 0, 0, 0),
        ("Cleo", 0, 0, 0),
    ]
    assert logged_in(agents[0].user).get(f"{reverse('inbox')}?show=team").context["load"] is None


# --- what would be lost by closing is asked ---


@pytest.fixture
def mine(agents: list[Extension], sessions: list[MessagingSession]) -> list[MessagingSession]:
    """Three of Ada's, answered: one with a scheduled text, one with a draft."""
    for session in sessions[:3]:
        actions.pick_up(session, agent=agents[0])
        actions.reply(session, agent=agents[0], body="Hi")
    due_at = timezone.now() + timedelta(hours=1)
    actions.reply(sessions[1], agent=agents[0], body="Tomorrow", due_at=due_at)
    actions.save_draft(sessions[2], agent=agents[0], body="I was about to", client_id="x")
    return sessions[:3]


def test_closing_asks_what_becomes_of_scheduled_texts_and_drafts(
    ada: Client, mine: list[MessagingSession]
) -> None:
    dialog, hidden = shown_by(ada, "close", mine)
    for words in (
        "1 has scheduled texts",
        "Close, and let them go out at their times",
        "Close, and cancel them",
        "In 1 you have written something that was not sent",
        "Close, and keep it as a draft",
        "Close, and discard it",
        "Leave them open",
    ):
        assert words in dialog
    answer = sure(ada, "close", hidden, scheduled="leave", drafts="leave")
    words = said(answer)
    assert "1 closed. 2 weren’t:" in words
    assert "1 × Texts are scheduled in it." in words
    assert "1 × You have written something in it that was not sent." in words
    assert undo(ada, answer) == ["1 is as it was."]
    assert len(open_ids()) == 5
    assert "3 closed." in said(sure(ada, "close", hidden, scheduled="cancel", drafts="keep"))
    assert Draft.objects.get(session=mine[2]).body == "I was about to"
    assert Message.objects.get(body="Tomorrow").status == "cancelled"


def test_drafts_are_discarded_and_scheduled_texts_kept_if_one_says_so(
    ada: Client, mine: list[MessagingSession]
) -> None:
    hidden = shown_by(ada, "close", mine)[1]
    assert "3 closed." in said(sure(ada, "close", hidden, scheduled="keep", drafts="discard"))
    assert Draft.objects.get(session=mine[2]).body == ""
    assert Message.objects.get(body="Tomorrow").status == "scheduled"


# --- what was done with many is undone with all of them ---


def test_each_verb_is_undone_for_all_of_them(
    ada: Client, agents: list[Extension], mine: list[MessagingSession]
) -> None:
    tag, old = (Tag.objects.create(name=name) for name in ("new", "old"))
    mine[0].tags.add(old)
    columns = ("agent", "queue", "closed_at", "archived_at")
    before = list(MessagingSession.objects.order_by("pk").values(*columns))
    to_do: dict[str, dict[str, Any]] = {
        "close": {"scheduled": "keep", "drafts": "keep"},
        "archive": {},
        "tag": {"add": [tag.pk], "remove": [old.pk]},
        "transfer": {"to": f"extension-{agents[1].pk}"},
    }
    for verb, data in to_do.items():
        answer = sure(ada, verb, shown_by(ada, verb, mine)[1], **data)
        assert answer.status_code == 200, verb
        assert undo(ada, answer) == ["3 are as they were."], verb
        assert list(MessagingSession.objects.order_by("pk").values(*columns)) == before, verb
    assert [list(session.tags.all()) for session in mine] == [[old], [], []]


def test_supervisor_undoes_an_assignment_and_the_rest_is_said(
    vera: Client, agents: list[Extension], sessions: list[MessagingSession]
) -> None:
    since = {one.pk: (one.waiting_since, one.unread) for one in MessagingSession.objects.all()}
    answer = bulk(vera, "assign", sessions, to=agents[1].pk)
    actions.reply(MessagingSession.objects.get(pk=sessions[0].pk), agent=agents[1], body="Hi")
    words = "1002 Ben has gone on with the session meanwhile, so this is not undone."
    assert undo(vera, answer) == ["4 are as they were.", f"1 × {words}"]
    waiting = {one.pk: (one.waiting_since, one.unread) for one in MessagingSession.objects.waiting()}
    assert waiting == {one.pk: since[one.pk] for one in sessions[1:]}
    line = sessions[1].messages.order_by("-pk")[0]
    assert (line.system_line, line.who) == ("taken_back", "vera")
    token = re.findall(r'data-undo-many="([^"]+)"', answer.content.decode())[0]
    assert logged_in(agents[1].user).post(reverse("inbox-undo"), {"token": token}).status_code == 409


# --- whoever was faster keeps it ---


def test_what_an_agent_picked_up_meanwhile_is_not_assigned(
    vera: Client, agents: list[Extension], sessions: list[MessagingSession]
) -> None:
    actions.pick_up(sessions[0], agent=agents[0])
    dialog, hidden = shown_by(vera, "assign", sessions)
    assert "Also the 1 that an agent has: it is taken over" in dialog
    actions.pick_up(sessions[1], agent=agents[0])
    unclear = sure(vera, "assign", hidden, to="").content.decode()
    assert f'value="{hidden["sessions"]}"' in unclear  # as they were seen, not as they are
    words = said(sure(vera, "assign", hidden, to=agents[1].pk, owned="on"))
    assert "4 assigned to 1002 Ben. 1 wasn’t:" in words
    assert "1 × 1001 Ada has got the session meanwhile, and keeps it." in words
    assert MessagingSession.objects.get(pk=sessions[1].pk).agent == agents[0]
    assert MessagingSession.objects.get(pk=sessions[0].pk).agent == agents[1]
    words = said(bulk(vera, "assign", sessions, to=agents[0].pk))
    assert "0 assigned to 1001 Ada. 5 weren’t:" in words
    assert "4 × Another agent has it." in words
    hidden = shown_by(vera, "transfer", sessions)[1]
    actions.transfer(sessions[1], agent=agents[0], to=agents[1])
    words = said(sure(vera, "transfer", hidden, to=f"extension-{agents[2].pk}"))
    assert "4 went to 1003 Cleo. 1 wasn’t:" in words
