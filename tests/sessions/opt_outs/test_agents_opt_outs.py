"""Agents record what contacts said in other words, by the page and by the API."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions import actions
from sessions.models import Attempt, Message, MessagingSession, OptOutEntry
from sessions.opt_outs import ledger
from tests.api.conftest import Caller
from tests.factories import CONTACT, Road
from tests.portal import logged_in, text_of
from tests.sessions.conftest import Post, inbound_fields, sid_of, signed_post
from tests.sessions.inbox.undisturbed import undisturbed

SAID = "Please stop texting me, I have moved."


@pytest.fixture
def own(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    post_inbound(1, "Hello")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    return session


@pytest.mark.django_db
def test_agent_records_it_and_an_administrator_takes_it_back(
    own: MessagingSession, agents: list[Extension], road: Road, admin_page: Client
) -> None:
    actions.reply(own, agent=agents[0], body="One more thing")
    ada = logged_in(agents[0].user)
    refused = ada.post(f"/inbox/{own.pk}/opt-out/", {"reason": " "})
    assert "Write why, for whoever asks later." in text_of(refused.content.decode())
    shown = ada.post(f"/inbox/{own.pk}/opt-out/", {"reason": "By phone: no more <texts>"}).content.decode()
    assert "By phone: no more &lt;texts&gt;" in shown
    assert Attempt.objects.get().status == "cancelled"
    own.refresh_from_db()
    assert own.unanswered_since is None
    assert own.messages.filter(system_line=Message.SystemLine.OPTED_OUT, author=agents[0]).exists()
    with pytest.raises(actions.OptedOut):
        actions.reply(own, agent=agents[0], body="Sorry")
    again = ada.post(f"/inbox/{own.pk}/opt-out/", {"reason": "Twice"})
    assert "opted out of texts from this number already" in text_of(again.content.decode())
    listed = " ".join(text_of(admin_page.get("/opt-outs/").content.decode()).split())
    assert "An agent agent1001 By phone: no more <texts>" in listed
    admin_page.post(f"/opt-outs/{OptOutEntry.objects.get().pk}/re-open/")
    assert not ledger.is_opted_out(road.number, CONTACT)


@pytest.mark.django_db
def test_own_stop_after_an_agent_s_entry_is_nobody_s_to_take_back(
    own: MessagingSession, agents: list[Extension], post_inbound: Post, admin_page: Client
) -> None:
    actions.opt_out(own, agent=agents[0], reason="By phone")
    post_inbound(2, "Stop!")
    latest = OptOutEntry.objects.latest("pk")
    assert (latest.source, latest.opted_out) == ("keyword", True)
    assert admin_page.post(f"/opt-outs/{latest.pk}/re-open/").status_code == 409


@pytest.mark.django_db
def test_only_who_has_the_session_records_it(own: MessagingSession, agents: list[Extension]) -> None:
    answer = logged_in(agents[1].user).post(f"/inbox/{own.pk}/opt-out/", {"reason": "x"})
    assert answer.status_code == 404
    assert not OptOutEntry.objects.exists()


@pytest.mark.django_db
def test_program_records_it(agents: list[Extension], own: MessagingSession) -> None:
    ada = Caller(agents[0].user)
    assert ada.post(f"sessions/{own.pk}/opt-out", {"reason": ""}).status_code == 422
    done = ada.post(f"sessions/{own.pk}/opt-out", {"reason": "In the shop"})
    assert (done.status_code, done.json()["id"]) == (200, own.pk)
    assert OptOutEntry.objects.get().reason == "In the shop"
    again = ada.post(f"sessions/{own.pk}/opt-out", {"reason": "In the shop"})
    assert (again.status_code, again.json()["code"]) == (409, "opted_out")


@pytest.mark.once
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_proposal_leads_to_an_opt_out_by_keys_alone(
    live_server: LiveServer, new_page: Callable[..., Page], road: Road, agents: list[Extension]
) -> None:
    signed_post(Client(), road.path, inbound_fields(sid_of(1), SAID))
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    with undisturbed(new_page(reduced_motion="reduce"), live_server.url, f"/inbox/{session.pk}/") as page:
        expect(page.get_by_text("It seems that the contact wants no more texts.")).to_be_visible()
        page.locator("#thread-notice").get_by_role("button").press("Enter")
        reason = page.get_by_label("What did the contact say, and how?")
        expect(reason).to_have_value(f"“{SAID}”")
        reason.press("Enter")
        expect(page.get_by_text("No texts can be sent: the contact has opted out.")).to_be_visible()
        thread = page.locator("#thread")
        expect(thread.get_by_text("recorded that the contact wants no more texts")).to_be_visible()
        expect(page.locator("#thread-notice")).to_have_count(0)
    assert OptOutEntry.objects.get().reason == f"“{SAID}”"
