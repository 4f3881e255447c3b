"""What sessions see of a channel, for its set-up check."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from channels.actions import signs
from channels.itsp import ITSPS
from channels.models import Channel
from channels.set_up.checklist import Checklist
from channels.set_up.preflight import countries_of
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.models import Attempt
from sessions.sending import pump
from tests.factories import CONTACT, Road, make_road
from tests.servers import Simulator
from tests.sessions.conftest import Post, signed_post
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """What this process remembers is of other tests' channels."""
    signs._noted_sent.clear()
    signs._noted_contacts.clear()


def shown(check_name: str) -> tuple[str, str]:
    channel = Channel.objects.get()
    results = Checklist(channel, ITSPS[channel.itsp]).results
    result = next(one for one in results if one.check_name == check_name)
    return result.outcome, result.why


def test_first_text_is_seen(post_inbound: Post) -> None:
    assert shown("inbound") == ("cannot_tell", "No text has arrived yet.")
    post_inbound(1, "Hello")
    assert shown("inbound") == ("pass", "Texts reach PBX.")


def test_reports_are_awaited_seen_and_missed(
    simulator: Simulator, queue: MessageQueue, agents: list[Extension], client: Client
) -> None:
    account = simulator.get("/control/state")
    simulator.post("/control/settings", {"callbacks": "never", "send_delay_ms": 0, "deliver_delay_ms": 0})
    token = account["auth_token"]
    road: Road = make_road(queue, *agents, account_sid=account["account_sid"], auth_token=token)
    assert shown("callbacks") == ("cannot_tell", "No message was sent yet.")
    actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Hello")
    assert countries_of(road.channel) == {"KE", "US"}
    pump.run()
    wait_until(lambda: Attempt.objects.get().itsp_message_id)
    assert shown("callbacks") == ("cannot_tell", "The first report is awaited.")
    Channel.objects.update(unreported_since=timezone.now() - timedelta(minutes=11))
    assert shown("callbacks")[0] == "fail"
    attempt = Attempt.objects.get()
    fields = {"MessageSid": str(attempt.itsp_message_id), "MessageStatus": "sent"}
    fields |= {"AccountSid": account["account_sid"]}
    signed_post(client, f"{road.path}?attempt={attempt.pk}", fields, token)
    assert shown("callbacks") == ("pass", "The ITSP reports what became of sent messages.")
