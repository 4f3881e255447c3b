"""Search: what it finds, for whom, and that nothing that is typed works as an operator."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.models import Contact, Message, MessagingSession
from sessions.queries import inbox_of
from sessions.search import finding, ways
from tests.factories import CONTACT, OUR_NUMBER, Road, make_queue, make_road
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
OTHER = "+14155550124"


@pytest.fixture
def texts(post_inbound: Post) -> None:
    post_inbound(1, "Don't you sell blue-green Überschuhe? Order 4711")
    post_inbound(2, "Are you open today?", From=OTHER)
    post_inbound(3, "Or on Monday at the latest?", From=OTHER)


def found(text: str) -> list[str]:
    """The contacts of the sessions that are found, newest first."""
    sessions = finding.matching(MessagingSession.objects.order_by("-last_active_at"), text)
    return [session.contact for session in sessions]


@pytest.mark.parametrize(
    ("text", "contacts"),
    [
        ("", [OTHER, CONTACT]),
        ("   ", [OTHER, CONTACT]),
        ("you", [OTHER, CONTACT]),
        ("OPEN", [OTHER]),
        ("überschuhe", [CONTACT]),
        ("übersch", [CONTACT]),
        ("schuhe", []),
        ("green", [CONTACT]),
        ("blue-green", [CONTACT]),
        ("don't", [CONTACT]),
        ("open you", [OTHER]),
        ("ope you", []),
        ("open monday", []),
        ("4711", [CONTACT]),
        ("nowhere", []),
    ],
)
def test_words_are_found_in_one_message_and_the_last_by_its_beginning(
    texts: None, text: str, contacts: list[str]
) -> None:
    assert found(text) == contacts


@pytest.mark.parametrize(
    "text",
    [
        CONTACT,
        "+1 (415) 555-0123",
        "001 415 555 0123",
        "14155550123",
        "(415) 555-0123",
        "0415.555.0123",
        "555-0123",
        "415 5550123",
        "+1415555012",
        "0123",
    ],
)
def test_contact_is_found_by_its_number_in_any_format(post_inbound: Post, text: str) -> None:
    post_inbound(1, "Hello")
    post_inbound(2, "Hello", From="+4930555666")
    assert found(text) == [CONTACT]


@pytest.mark.parametrize("text", [OUR_NUMBER, "+254 021-611 83", "0254 02161183", "2161183"])
def test_our_number_finds_its_sessions(
    post_inbound: Post, agents: list[Extension], road: Road, text: str
) -> None:
    post_inbound(1, "Hello")
    elsewhere = make_road(agents[0], agents[0], address="+12015550123", name="Other")
    actions.start_session(
        agent=agents[0], number=elsewhere.number, contact=OTHER, body="Hello", client_id="1"
    )
    assert found(text) == [CONTACT]


def test_sender_with_a_name_is_found(post_inbound: Post) -> None:
    post_inbound(1, "Your code is 1234", From="ACME")
    assert (found("acme"), found("AC"), found("cme")) == (["ACME"], ["ACME"], [])


def test_contact_is_found_by_name(texts: None) -> None:
    Contact.objects.create(address=OTHER, name="Ada King-Lovelace")
    assert [found(text) for text in ("ada", "lovel", "king ada", "ada x", "KING")] == [
        [OTHER],
        [OTHER],
        [OTHER],
        [],
        [OTHER],
    ]
    Contact.objects.update(name="Ben")
    assert (found("ada"), found("ben")) == ([], [OTHER])


def test_notes_are_found_and_system_lines_are_not(texts: None, agents: list[Extension]) -> None:
    session = MessagingSession.objects.get(contact=OTHER)
    actions.pick_up(session, agent=agents[0])
    actions.add_note(session, agent=agents[0], body="Beware of the leopard")
    Message.objects.create(
        session=session, kind="system", system_line="closed", body="leopold", created_at=session.opened_at
    )
    assert (found("leopard"), found("leopold")) == ([OTHER], [])


def test_search_shows_nobody_more_than_they_see(
    texts: None, agents: list[Extension], queue: MessageQueue
) -> None:
    ada, ben, cleo = agents
    actions.pick_up(MessagingSession.objects.get(contact=CONTACT), agent=ada)
    make_queue(cleo, name="Sales")

    def seen(agent: Extension, text: str) -> set[str]:
        return {session.contact for session in finding.matching(inbox_of(agent), text)}

    for text in ("you", "415555"):
        assert [seen(agent, text) for agent in agents] == [{CONTACT, OTHER}, {OTHER}, set()]
    assert (seen(ada, "green"), seen(ben, "green")) == ({CONTACT}, set())


@pytest.mark.parametrize(
    "text",
    [
        "'",
        '"',
        "\\",
        "you' OR 1=1 --",
        'you" OR body MATCH "x',
        "you & !open",
        "you | open",
        "open <-> today",
        "NEAR(you open)",
        "body:you NOT open",
        "open*",
        "^open",
        "a:*&b",
        "%",
        "_",
        "%s %(x)s",
        "\0",
        "y\0ou are",
        "😀",
        "😀 👍🏽 you",
        "...",
        "()",
        "-",
        "x" * 1_000,
        "you " * 250,
        "١٢٣٤",
        "\ud7ff\ue000",
    ],
)
def test_nothing_that_is_typed_is_an_operator(texts: None, text: str) -> None:
    expected = {
        "you & !open": [OTHER],
        "you | open": [OTHER],
        "open <-> today": [OTHER],
        "open*": [OTHER],
        "^open": [OTHER],
        "😀 👍🏽 you": [OTHER, CONTACT],
        "you " * 250: [OTHER, CONTACT],
        "\0": [OTHER, CONTACT],
    }
    assert found(text) == expected.get(text, [])


def test_a_search_costs_the_same_however_much_it_finds(texts: None, post_inbound: Post) -> None:
    with CaptureQueriesContext(connection) as few:
        assert len(found("you")) == 2
    for number in range(30):
        post_inbound(number + 10, "Are you there?", From=f"+141555502{number:02}")
    with CaptureQueriesContext(connection) as many:
        assert len(found("you")) == 32
    assert len(many) == len(few) <= 6


@pytest.mark.parametrize("sample", [0, 2_000], ids=["common-once", "common-now"])
def test_words_too_common_for_a_list_are_found_otherwise(
    texts: None, agents: list[Extension], monkeypatch: pytest.MonkeyPatch, sample: int
) -> None:
    Contact.objects.create(address=OTHER, name="Ada Lovelace")
    Contact.objects.create(address=CONTACT, name="Ada King")
    monkeypatch.setattr(finding, "LISTED_MOST", 1)
    monkeypatch.setattr(ways, "LISTED_MOST", 1)
    monkeypatch.setattr(ways, "SAMPLE", sample)
    monkeypatch.setattr(ways, "COMMON", 1)
    assert [found(text) for text in ("you", "you open", "ada", "415555", "+1415555")] == [
        [OTHER, CONTACT],
        [OTHER],
        [OTHER, CONTACT],
        [OTHER, CONTACT],
        [OTHER, CONTACT],
    ]
    mine = inbox_of(agents[2])
    assert [len(finding.matching(mine, text)) for text in ("you", "ada", "415555")] == [0, 0, 0]


def test_triggers_lost_by_a_change_of_the_table_come_back(post_inbound: Post) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its index by itself")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER messaging_sessions_message_words_insert")
    call_command("migrate", verbosity=0)
    post_inbound(1, "Hello again")
    assert found("again") == [CONTACT]


def test_words_go_with_their_message(texts: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its index by itself")
    session = MessagingSession.objects.get(contact=CONTACT)
    MessagingSession.objects.update(last_message=None)
    session.messages.all().delete()
    assert found("green") == []
    with connection.cursor() as cursor:  # raises if the index and the table differ
        cursor.execute(
            "INSERT INTO messaging_sessions_message_words (messaging_sessions_message_words) "
            "VALUES ('integrity-check')"
        )
