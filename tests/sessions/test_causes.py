"""Why a text was not sent: stored as a code, told in the language of whoever asks."""

import subprocess
import sys

import pytest
from django.db import connection
from django.db.models import CharField
from django.db.models.functions import Cast
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from channels.actions import stop_channel
from channels.itsp import answers
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.said import by_itsp
from channels.itsp.twilio import tables
from channels.models import Channel
from pbx_messaging.said import code_of
from retention.sweeping import texts
from routing.models import Extension
from sessions import actions, causes
from sessions.models import Attempt, Message
from sessions.sending import claiming
from tests.api.conftest import Caller
from tests.factories import CONTACT, Road
from tests.languages import made_up
from tests.sessions.conftest import sid_of
from tests.sessions.receiving.test_statuses import report

pytestmark = pytest.mark.django_db
UNREACHABLE = "30003"


@pytest.fixture(autouse=True)
def dutch(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, "nl")


@pytest.fixture
def attempt(road: Road, agents: list[Extension]) -> Attempt:
    message = actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Hi")
    return message.attempts.get()


def stored(model: type[Attempt] | type[Message]) -> str:
    """As the database has it."""
    found = model.objects.order_by("-pk").values_list(Cast("reason", CharField()), flat=True)
    return str(found[0])


def page(client: Client, agent: Extension, attempt: Attempt) -> str:
    client.force_login(agent.user)
    return client.get(f"/inbox/{attempt.message.session_id}/").content.decode()


def test_itsps_error_is_stored_by_its_code(
    client: Client, road: Road, attempt: Attempt, agents: list[Extension]
) -> None:
    with translation.override("nl"):  # of whichever process it came to
        Attempt.objects.update(status=DeliveryStatus.ACCEPTED, itsp_message_id=sid_of(7))
        report(client, road, attempt, "undelivered", ErrorCode=UNREACHABLE)
    kept = '{"said":"itsp","itsp":"twilio","error":"30003"}'
    assert [stored(model) for model in (Attempt, Message)] == [kept, kept]
    words = tables.words_for(UNREACHABLE)
    assert Message.objects.get(pk=attempt.message_id).reason == words
    assert escape(words) in page(Client(), agents[0], attempt)
    with translation.override("nl"):
        assert escape(f"[{words}]") in page(Client(), agents[0], attempt)


def test_taken_back_text_names_the_agent_in_any_language(attempt: Attempt, agents: list[Extension]) -> None:
    actions.cancel(attempt.message, agent=agents[0])
    reason = Message.objects.get(pk=attempt.message_id).reason
    assert code_of(reason) == "taken-back"
    with translation.override("nl"):
        assert str(reason).startswith("[Taken back by ")
        assert "Ada" in str(reason)


def test_program_is_told_words_and_code(attempt: Attempt, agents: list[Extension]) -> None:
    Attempt.objects.update(status=DeliveryStatus.SENDING, claimed_at=attempt.created_at - claiming.LEASE)
    assert claiming.settle_lost_claims() == 1
    answer = Caller(agents[0].user).get(f"sessions/{attempt.message.session_id}/messages")
    (told,) = [one for one in answer.json()["items"] if one["kind"] == "outbound"]
    assert (told["reason"], told["reason_code"]) == (str(causes.LOST()), "lost")


def test_channels_status_is_told_in_the_readers_language(road: Road) -> None:
    words = tables.words_for("20003")
    stop_channel(road.channel.pk, reason=words, error_code="20003")
    channel = Channel.objects.get(pk=road.channel.pk)
    assert (channel.status_reason, code_of(channel.status_reason)) == (words, "itsp")
    with translation.override("nl"):
        assert str(channel.status_reason) == f"[{words}]"


def test_what_an_itsp_says_beyond_its_code_is_kept() -> None:
    error = ItspError(Advice.FAIL, "Carrier 7 says no.", "30003")
    said = by_itsp("twilio", error.code, error.reason)
    assert (said, code_of(said)) == ("Carrier 7 says no.", "itsp")
    assert by_itsp("twilio", "", "Plain words.") == "Plain words."
    assert code_of(by_itsp("twilio", "20003", answers.NOT_REACHED())) == "not-reached"


def test_every_process_knows_what_codes_say() -> None:
    """Also one that stores none: it has set up Django, and no more."""
    program = (
        "import django; django.setup()\n"
        "from pbx_messaging.said import read\n"
        'print(read(\'{"said":"overtaken"}\'))\n'
        'print(read(\'{"said":"itsp","itsp":"twilio","error":"30003"}\'))'
    )
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert ran.stdout.splitlines() == [str(causes.OVERTAKEN()), tables.words_for(UNREACHABLE)]


def test_retention_empties_a_reason_with_all_that_it_names(attempt: Attempt, agents: list[Extension]) -> None:
    actions.cancel(attempt.message, agent=agents[0])
    assert ["Ada" in stored(model) for model in (Attempt, Message)] == [True, True]
    assert Message.objects.filter(texts.WORDY, pk=attempt.message_id).exclude(reason="").exists()
    texts.empty_messages([attempt.message_id])
    assert [stored(model) for model in (Attempt, Message)] == ["", ""]
    assert not Message.objects.filter(texts.WORDY).exists()


def test_words_of_before_are_shown_as_they_were(attempt: Attempt, agents: list[Extension]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_sessions_message SET reason = 'Said long ago.', status = 'failed'")
    assert Message.objects.get(pk=attempt.message_id).reason == "Said long ago."
    assert "Said long ago." in page(Client(), agents[0], attempt)
