"""Why a request came to nothing: stored as codes, told and found in the language of whoever asks."""

import pytest
from django.db.models import CharField
from django.db.models.functions import Cast
from django.test import Client
from django.utils import timezone, translation

from pbx_messaging.said import code_of, joined
from sessions.models import WebhookRequest
from sessions.receiving import reasons
from sessions.receiving.reasons import advice_on
from tests.factories import OUR_NUMBER, Road
from tests.languages import made_up
from tests.portal import rows_of, text_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
ELSEWHERE = "+14155550199"
OLD_WORDS = f"This channel does not have the number {ELSEWHERE}."


@pytest.fixture(autouse=True)
def dutch(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, "nl")


def stored() -> str:
    """As the database has it."""
    return str(WebhookRequest.objects.values_list(Cast("reason", CharField()), flat=True).get())


def kept(reason: str) -> None:
    WebhookRequest.objects.create(received_at=timezone.now(), body=b"", outcome="ignored", reason=reason)


def page(client: Client, path: str) -> str:
    return text_of(client.get(path).content.decode())


def found(client: Client, query: str) -> list[str]:
    return [row[4] for row in rows_of(client.get("/journal/", {"q": query}))]


def test_reason_is_stored_by_its_code_and_told_in_any_language(
    post_inbound: Post, admin_page: Client, road: Road
) -> None:
    with translation.override("nl"):  # of whichever process it came to
        post_inbound(1, "Hello", To=ELSEWHERE)
    assert stored() == '{"said":"unknown-number","number":"+14155550199"}'
    path = f"/journal/{WebhookRequest.objects.get().pk}/"
    assert OLD_WORDS in page(admin_page, path)
    with translation.override("nl"):
        shown = page(admin_page, path)
        assert f"[{OLD_WORDS}]" in shown
        assert "[Open the channel, add the number in the Number section" in shown
        assert f"[{OLD_WORDS}]" in found(admin_page, "")[0]


def test_several_reasons_are_told_one_after_the_other(
    client: Client, post_inbound: Post, admin_page: Client, road: Road
) -> None:
    client.get(road.path)
    both = reasons.odd([reasons.BY_GET, reasons.NO_SLASH])
    WebhookRequest.objects.all().delete()
    kept(joined([reasons.NO_SIGNATURE(), both]))
    row = WebhookRequest.objects.get()
    assert row.reason == (
        "It has no signature. The Webhook URL is not written as the channel shows it: it is called by GET, "
        "not POST; its last slash is missing."
    )
    assert str(advice_on(row.reason)).startswith("The ITSP signs all that it posts")
    with translation.override("nl"):
        assert str(row.reason) == (
            "[It has no signature.] [The Webhook URL is not written as the channel shows it: [it is called "
            "by GET, not POST]; [its last slash is missing].]"
        )


def test_words_of_before_are_shown_and_keep_their_advice(admin_page: Client) -> None:
    kept(OLD_WORDS)
    row = WebhookRequest.objects.get()
    assert (stored(), code_of(row.reason)) == (OLD_WORDS, "")
    with translation.override("nl"):
        shown = page(admin_page, f"/journal/{row.pk}/")
        assert OLD_WORDS in shown
        assert "[Open the channel, add the number in the Number section" in shown


@pytest.mark.parametrize(
    "query", ["number", "HAVE", ELSEWHERE, "channel " + ELSEWHERE, "unknown", OUR_NUMBER, "reads"]
)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_journal_is_searched_by_the_words_that_it_shows(
    admin_page: Client, query: str, language: str
) -> None:
    """Rows of before and of now are found alike, and nothing by what stands in the database only."""
    with translation.override(language):
        kept(reasons.UNKNOWN_NUMBER(number=ELSEWHERE))
        kept(joined([reasons.OTHER_ACCOUNT(), reasons.UNKNOWN_NUMBER(number=ELSEWHERE)]))
        kept(OLD_WORDS)
        rows = found(admin_page, query)
    assert len(rows) == (3 if query in {"number", "HAVE", ELSEWHERE, "channel " + ELSEWHERE} else 0)


@pytest.mark.parametrize("word", ['say "no"', "50%", "a\\b", "(x", "[*", "é+"])
def test_search_finds_what_others_have_written(admin_page: Client, word: str) -> None:
    kept(reasons.MOVED_NUMBER(channel=f"Channel {word} One"))
    kept(reasons.MOVED_NUMBER(channel="Other"))
    assert len(found(admin_page, word)) == 1


def test_words_of_a_stranger_are_never_taken_for_a_code(admin_page: Client) -> None:
    kept('{"said":"unknown-number","number":"+1"}')
    assert page(admin_page, "/journal/").count("does not have the number") == 0
