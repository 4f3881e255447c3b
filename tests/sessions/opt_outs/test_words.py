"""How people write the words that machines obey, and what merely looks like one."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from sessions.models import OptOutEntry, OptOutWord
from sessions.opt_outs import ledger
from sessions.opt_outs.proposals import seems_to_opt_out
from sessions.opt_outs.words import key_of
from tests.factories import CONTACT, Road
from tests.portal import messages_of, text_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db

URL = "/opt-outs/words/"
WORDS = [
    "Stop.",
    "STOP!!!",
    "“Stop”",
    "«stop»",
    "'STOP'",
    "STOP ALL",
    "stop-all",
    "OPT OUT",
    "Opt-Out.",
    "opt\u2011out",
    "unsubscribe me",
    "PARAR",
    "arret",
    "Arrêt !",
    "Stopp",
    "\uff33\uff34\uff2f\uff30",
    "\ufeffSTOP",
    "st\u00adop",
    "\u202aSTOP\u202c",
    "stop\u200b",
    "\u00a0stop\u2007",
    "STOP 🛑",
    "stop\n\nSent from my iPhone",
    "Stop\n--\nJane Doe, 12 Elm Street",
    "STOP\nJane Doe",
    "stop\nEnvoyé de mon iPhone",
    "S.T.O.P",
]
TEXTS = [
    "stop by tomorrow?",
    "Stop by tomorrow",
    "Stop?",
    "STOP\nby tomorrow please",
    "stop\n\ncan you?",
    "Yes!",
    "Don't stop",
    "The end",
    "cancel my order",
    "non stop",
    "Information",
    "stopwatch",
    "🛑",
    "stop " * 60,
]


@pytest.mark.parametrize("body", WORDS)
def test_word_is_understood_as_people_write_it(post_inbound: Post, road: Road, body: str) -> None:
    post_inbound(1, body)
    assert ledger.is_opted_out(road.number, CONTACT)


@pytest.mark.parametrize("body", TEXTS)
def test_text_that_begins_with_a_word_is_a_text(post_inbound: Post, body: str) -> None:
    post_inbound(1, body)
    assert not OptOutEntry.objects.exists()


@pytest.mark.parametrize("body", ["Start.", "“UNSTOP”", "empezar!", "start\nJane", "ANMELDEN"])
def test_start_is_understood_alike(post_inbound: Post, road: Road, body: str) -> None:
    post_inbound(1, "Stop.")
    post_inbound(2, body)
    assert not ledger.is_opted_out(road.number, CONTACT)


around = st.text(
    st.sampled_from(" .!,;:…\"'“”«»()\u200b\u200e\u00ad\ufeff\u00a0\u3000*🙏\u2764\ufe0f"), max_size=6
)


@given(before=around, word=st.sampled_from(["stop", "Opt out", "ARRÊT", "quit", "Abmelden"]), after=around)
def test_what_surrounds_a_word_changes_nothing(before: str, word: str, after: str) -> None:
    assert key_of(before + word + after) == key_of(word) != ""


def test_words_that_an_administrator_adds_are_understood_and_taken_away(
    admin_page: Client, post_inbound: Post, road: Road
) -> None:
    assert "ABMELDEN" in text_of(admin_page.get(URL).content.decode())
    said = admin_page.post(URL, {"word": " Halt ein\u200b", "kind": "stop"}, follow=True)
    assert messages_of(said) == ["From now on “Halt ein” is understood."]
    post_inbound(1, "halt-ein!")
    assert ledger.is_opted_out(road.number, CONTACT)
    admin_page.post(f"{URL}{OptOutWord.objects.get().pk}/delete/")
    post_inbound(2, "START")
    post_inbound(3, "Halt ein")
    assert not ledger.is_opted_out(road.number, CONTACT)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("stop.", "is understood already: Opts out."),
        ("Hilfe", "is understood already: Asks for help."),
        ("HALT", "is understood already: Opts in again."),
        ("why?", "Write one or two words"),
        ("…", "Write one or two words"),
        ("\ufdfa" * 20, "Write one or two words"),
    ],
)
def test_word_that_means_something_or_nothing_is_not_added(admin_page: Client, word: str, said: str) -> None:
    OptOutWord.objects.create(word="Halt", key="HALT", kind="start")
    page = admin_page.post(URL, {"word": word, "kind": "stop"})
    assert page.status_code == 422
    assert said in text_of(page.content.decode())
    assert OptOutWord.objects.count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "please stop texting me",
        "Don’t send me any more messages",
        "take me off your list",
        "I want to unsubscribe from this",
        "What is this? Please stop",
        "Bitte keine SMS mehr",
        "Hören Sie auf damit",
        "No me escriban más",
        "Arrêtez de m'envoyer des messages",
        "Não me mandem mensagens",
    ],
)
def test_sentence_is_proposed_to_an_agent(text: str) -> None:
    assert seems_to_opt_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "stop by tomorrow?",
        "Where is the bus stop",
        "Thanks for your message!",
        "Kann ich Ihnen schreiben?",
        "",
    ],
)
def test_other_sentences_are_not(text: str) -> None:
    assert not seems_to_opt_out(text)
