"""A contact whose answer the ITSP took back waits again, since they wrote: by its answer or its report."""

import pytest
from django.test import Client

from channels.itsp.delivery import DeliveryStatus
from routing.models import Extension
from sessions import actions
from sessions.models import Attempt, Lane, MessagingSession
from sessions.sending import pump, reconcile
from tests.factories import OUR_NUMBER, Road
from tests.servers import Simulator
from tests.sessions.conftest import Post, sid_of
from tests.sessions.receiving.test_statuses import report
from tests.sessions.sending.test_pump import write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    post_inbound(1, "Are you there?")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    return session


def answer(session: MessagingSession, agent: Extension, body: str = "We are") -> Attempt:
    attempt = actions.reply(session, agent=agent, body=body).attempts.get()
    taken = {"status": DeliveryStatus.ACCEPTED, "itsp_message_id": sid_of(7)}
    Attempt.objects.filter(pk=attempt.pk).update(**taken)
    Lane.objects.update(head=None)
    session.refresh_from_db()
    assert session.unanswered_since is None
    return attempt


def waits(session: MessagingSession) -> bool:
    session.refresh_from_db()
    first = session.messages.filter(kind="inbound").get()
    assert session.unanswered_since in (None, first.created_at)
    return session.unanswered_since is not None


def test_wait_goes_on_when_the_itsp_reports_it(
    client: Client, session: MessagingSession, agents: list[Extension], road: Road
) -> None:
    assert report(client, road, answer(session, agents[0]), "canceled") == 200
    assert waits(session)
    assert list(MessagingSession.objects.filter(unanswered_since__isnull=False)) == [session]


def test_what_another_text_has_answered_stays_answered(
    client: Client, session: MessagingSession, agents: list[Extension], road: Road
) -> None:
    attempt = answer(session, agents[0])
    actions.reply(session, agent=agents[0], body="What is it?")
    assert report(client, road, attempt, "canceled") == 200
    assert not waits(session)


def test_whoever_has_opted_out_or_is_closed_waits_for_nothing(
    client: Client, session: MessagingSession, agents: list[Extension], road: Road
) -> None:
    attempt = answer(session, agents[0])
    actions.close(session, agent=agents[0])
    assert report(client, road, attempt, "canceled") == 200
    assert not waits(session)


def test_wait_goes_on_when_the_itsp_says_so_at_once(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "rate": 0.01})
    write(agents[0], own_road, "Takes the number's only slot")
    message = write(agents[0], own_road, "Not after all")
    session = message.session
    session.messages.create(kind="inbound", body="Hello?", created_at=message.created_at)
    pump.run()
    assert reconcile.cancel(message.attempts.get().pk)
    assert waits(session)
