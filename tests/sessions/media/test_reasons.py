"""Why a contact's file could not be had: stored by its code, told in the language of whoever asks."""

import pytest
from django.db.models import CharField
from django.db.models.functions import Cast
from django.test import Client
from django.utils import timezone, translation
from django.utils.html import escape
from pytest_django.fixtures import Settings

from channels.itsp import attachments
from routing.models import Extension
from sessions.media import fetching
from sessions.models import Attachment
from tests.api.conftest import Caller
from tests.factories import Road
from tests.languages import made_up
from tests.sessions.media.test_fetching import pending

pytestmark = pytest.mark.django_db
WORDS = "The ITSP could not be reached. It was tried 10 times."


@pytest.fixture(autouse=True)
def dutch(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, "nl")


@pytest.fixture
def given_up(road: Road, settings: Settings) -> Attachment:
    settings.ITSP_API_URLS = {"twilio": "http://127.0.0.1:9"}
    attachment = pending(road, "https://api.twilio.com/x")
    Attachment.objects.update(tries=fetching.MOST_TRIES - 1)
    with translation.override("nl"):  # of whichever process it is
        assert fetching.fetch(attachment.pk)
    attachment.refresh_from_db()
    return attachment


def shown(agent: Extension, attachment: Attachment) -> str:
    client = Client()
    client.force_login(agent.user)
    return client.get(f"/inbox/{attachment.message.session_id}/").content.decode()


def test_reason_and_the_reason_in_it_are_told_in_any_language(
    given_up: Attachment, agents: list[Extension]
) -> None:
    stored = Attachment.objects.values_list(Cast("reason", CharField()), flat=True).get()
    assert stored == '{"said":"fetching-given-up","reason":{"said":"not-reached"},"count":10}'
    assert escape(WORDS) in shown(agents[0], given_up)
    with translation.override("nl"):
        told = "[[The ITSP could not be reached.] It was tried 10 times.]"
        assert escape(told) in shown(agents[0], given_up)


def test_program_is_told_words_and_code(given_up: Attachment, agents: list[Extension]) -> None:
    answer = Caller(agents[0].user).get(f"sessions/{given_up.message.session_id}/messages")
    (told,) = answer.json()["items"][0]["attachments"]
    assert (told["reason"], told["reason_code"]) == (WORDS, "fetching-given-up")


def test_words_of_before_are_shown_as_they_were(road: Road, agents: list[Extension]) -> None:
    attachment = pending(road, "https://api.twilio.com/x")
    words = str(attachments.GONE())
    Attachment.objects.update(state="refused", reason=words, next_try_at=timezone.now())
    with translation.override("nl"):
        assert escape(words) in shown(agents[0], attachment)
        assert escape(f"[{words}]") not in shown(agents[0], attachment)
    answer = Caller(agents[0].user).get(f"sessions/{attachment.message.session_id}/messages")
    assert answer.json()["items"][0]["attachments"][0]["reason_code"] == ""
