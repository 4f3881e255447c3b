"""Links to other systems by address pattern, and what a click on a number opens."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from routing.models import Extension
from sessions import actions
from sessions.models import ContactField, ContactLink, ContactSettings, MessagingSession
from sessions.opened import open_session
from tests.factories import CONTACT, Road
from tests.portal import errors_of, logged_in, messages_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
PATTERN = "https://crm.example.com/search?phone={number}"


@pytest.fixture
def field() -> ContactField:
    return ContactField.objects.create(name="Customer no", key="customer no")


@pytest.fixture
def session(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    """Ada's; the contact writes a number."""
    post_inbound(1, "Call me at +1 (415) 555-0132")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    return session


def add(page: Client, pattern: str, label: str = "CRM") -> Any:
    return page.post("/contact-settings/links/add/", {"label": label, "pattern": pattern})


def set_call(page: Client, pattern: str) -> Any:
    return page.post("/contact-settings/", {"call_pattern": pattern})


def test_administrator_adds_orders_changes_and_deletes_links(admin_page: Client) -> None:
    add(admin_page, f" \u200b{PATTERN} ", label=" CRM\u200b ")
    add(admin_page, "https://shop.example.com/{digits}", label="Shop")
    crm, shop = ContactLink.objects.all()
    assert (crm.label, crm.pattern, shop.label) == ("CRM", PATTERN, "Shop")
    admin_page.post(f"/contact-settings/links/{shop.pk}/move/", {"to": "up"})
    assert list(ContactLink.objects.all()) == [shop, crm]
    admin_page.post(f"/contact-settings/links/{crm.pk}/", {"label": "Our CRM", "pattern": PATTERN})
    said = admin_page.post(f"/contact-settings/links/{shop.pk}/delete/", follow=True)
    assert messages_of(said)[-1] == "The link “Shop” was deleted."
    assert [link.label for link in ContactLink.objects.all()] == ["Our CRM"]
    told = AuditEntry.objects.filter(kind="messaging_sessions.contactlink").values_list("action", flat=True)
    assert {*told} == {"created", "changed", "deleted"}


NOT_WEB = "The address begins with one of these: https:, http:."
UNKNOWN = "Those that there are: {number}, {digits}, {name}, {field:Customer no}."


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("", "This field is required."),
        ("crm.example.com/{number}", NOT_WEB),
        ("javascript:alert('{number}')", NOT_WEB),
        ("JAVASCRIPT://example.com/%0a{number}", NOT_WEB),
        ("data:text/html,{name}", NOT_WEB),
        ("https://crm.example.com/{phone}", f"There is no placeholder {{phone}}. {UNKNOWN}"),
        ("https://crm.example.com/{field:Plan}", f"There is no placeholder {{field:Plan}}. {UNKNOWN}"),
        ("https://crm.example.com/{}", f"There is no placeholder {{}}. {UNKNOWN}"),
        (
            "https://crm.example.com/{number",
            "This is no address: look for blanks, quotes and single braces.",
        ),
        (
            "https://crm.example.com/a b",
            "This is no address: look for blanks, quotes and single braces.",
        ),
        ("https:crm.example.com", "This is no address: write a host after //."),
        ("https://?q={number}", "This is no address: write a host after //."),
        ("https://[crm/", "This is no address: check the host after //."),
        ("https://a:99999/", "This is no address: check the host after //."),
        (
            "https://ada:secret@crm.example.com/{number}",
            "Leave user name and password out of the address: all agents would see them.",
        ),
        (
            "https://{name}.example.com/",
            "A placeholder stands behind the host only: after /, ? or #.",
        ),
        (
            "http://crm.example.com/{number}",
            "Use https: over http, everybody on the way reads whom you look up.",
        ),
        (
            "https://crm.example.com/" + "x" * 500,
            "Ensure this value has at most 500 characters (it has 524).",
        ),
    ],
)
def test_address_that_leads_nowhere_is_refused_in_words(
    admin_page: Client, field: ContactField, pattern: str, why: str
) -> None:
    answer = add(admin_page, pattern)
    assert (answer.status_code, errors_of(answer.context["form"])) == (422, {"pattern": [why]})
    assert (answer.context["form"]["pattern"].value(), ContactLink.objects.count()) == (pattern, 0)


@pytest.mark.parametrize(
    "pattern",
    [
        "http://localhost:3000/{number}",
        "http://crm/{number}",
        "http://crm.lan/{number}",
        "http://192.168.1.7/{number}",
        "http://[fd00::7]/{number}",
        "HTTPS://crm.example.com/#/{ field : CUSTOMER  no }",
    ],
)
def test_address_of_ones_own_network_may_be_http(
    admin_page: Client, field: ContactField, pattern: str
) -> None:
    assert add(admin_page, pattern).status_code == 302
    assert ContactLink.objects.get().pattern.startswith(("http://", "https://"))


def test_twenty_links_are_enough(admin_page: Client) -> None:
    ContactLink.objects.bulk_create(ContactLink(label=f"{n}", pattern=PATTERN) for n in range(20))
    answer = add(admin_page, PATTERN)
    assert errors_of(answer.context["form"]) == {"__all__": ["There are 20 links already. Delete one first."]}


def test_links_lead_to_the_contact_and_those_without_a_value_are_not_shown(
    session: MessagingSession, agents: list[Extension], field: ContactField
) -> None:
    for label, pattern in (
        ("Number", PATTERN),
        ("Digits", "https://x.example.com/{digits}"),
        ("Name", "https://x.example.com/?q={name}&z=1"),
        ("Field", "https://x.example.com/{field:customer NO}/"),
        ("Plain", "https://x.example.com/"),
    ):
        ContactLink.objects.create(label=label, pattern=pattern)
    page = logged_in(agents[0].user)

    def shown() -> dict[str, str]:
        html = page.get(f"/inbox/{session.pk}/").content.decode()
        parts = html.partition('class="contact-links"')[2].partition("</ul>")[0].split("<a ")[1:]
        assert all('target="_blank" rel="noopener noreferrer"' in part for part in parts)
        return {
            part.partition("<bdi>")[2].partition("<")[0]: part.partition('href="')[2].partition('"')[0]
            for part in parts
        }

    always = {
        "Number": "https://crm.example.com/search?phone=%2B14155550123",
        "Digits": "https://x.example.com/14155550123",
        "Plain": "https://x.example.com/",
    }
    assert shown() == always
    actions.save_contact(address=CONTACT, name="Ada & <Co>/?", values={field.pk: "../4 7"})
    assert shown() == always | {
        "Name": "https://x.example.com/?q=Ada%20%26%20%3CCo%3E%2F%3F&amp;z=1",
        "Field": "https://x.example.com/..%2F4%207/",
    }


CALL = "The address begins with one of these: tel:, sip:, sips:, callto:, https:, http:."


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("{number}", CALL),
        ("javascript:alert({number})", CALL),
        ("tel:", "Put {number} or {digits} where the number goes."),
        ("tel:{name}", "There is no placeholder {name}. Those that there are: {number}, {digits}."),
        ("sip:{number}@a b", "This is no address: look for blanks, quotes and single braces."),
        (
            "http://pbx.example.com/dial?to={number}",
            "Use https: over http, everybody on the way reads whom you look up.",
        ),
        ("tel:{number}" + "x" * 200, "Ensure this value has at most 200 characters (it has 212)."),
    ],
)
def test_click_to_call_that_calls_nobody_is_refused_in_words(
    admin_page: Client, pattern: str, why: str
) -> None:
    answer = set_call(admin_page, pattern)
    assert (answer.status_code, errors_of(answer.context["form"])) == (422, {"call_pattern": [why]})
    assert answer.context["form"]["call_pattern"].value() == pattern
    assert ContactSettings.load().call_pattern == "tel:{number}"


@pytest.mark.parametrize(
    ("pattern", "href", "apart"),
    [
        (None, "tel:{}", False),
        ("sip:{number}@pbx.example.com", "sip:{}@pbx.example.com", False),
        ("callto:{digits}", "callto:{digits}", False),
        ("https://pbx.example.com/dial?to={number}", "https://pbx.example.com/dial?to=%2B{digits}", True),
        ("http://pbx.lan/dial?to={digits}", "http://pbx.lan/dial?to={digits}", True),
    ],
)
def test_every_number_that_is_a_link_calls_as_it_is_set(
    admin_page: Client,
    session: MessagingSession,
    agents: list[Extension],
    pattern: str | None,
    href: str,
    apart: bool,
) -> None:
    if pattern:
        assert set_call(admin_page, pattern).status_code == 302
    page = logged_in(agents[0].user)
    contact = actions.save_contact(address=CONTACT, name="Ada", notes="or +14155550133")
    html = page.get(f"/inbox/{session.pk}/").content.decode()
    more = 'target="_blank" rel="noopener noreferrer" dir="ltr"' if apart else 'dir="ltr"'

    def link(number: str, words: str) -> str:
        to = href.format(number, digits=number.removeprefix("+"))
        return f'<a href="{to}" {more}>{words}</a>'

    found = [
        html.count(link(CONTACT, CONTACT)),  # in the head, and in the pane
        html.count(link("+14155550132", "+1 (415) 555-0132")),
        html.count(link("+14155550133", "+14155550133")),
    ]
    assert found == [2, 1, 1]
    assert link(CONTACT, CONTACT) in page.get(f"/contacts/{contact.pk}/").content.decode()
    if pattern:
        entry = AuditEntry.objects.get(kind="messaging_sessions.contactsettings", action="changed")
        assert entry.changes == {"call_pattern": {"old": "tel:{number}", "new": pattern}}


def test_number_without_a_name_calls_from_the_heading(
    session: MessagingSession, agents: list[Extension]
) -> None:
    html = logged_in(agents[0].user).get(f"/inbox/{session.pk}/").content.decode()
    heading = html.partition('id="session-head"')[2].partition("<h2")[2].partition("</h2>")[0]
    assert heading.endswith(f'><a href="tel:{CONTACT}" dir="ltr">{CONTACT}</a>')


def test_sender_that_is_a_name_is_called_by_nobody(road: Road, agents: list[Extension]) -> None:
    ContactLink.objects.create(label="CRM", pattern=PATTERN)
    session = open_session(road.number, "ACME", at=timezone.now())
    actions.pick_up(session, agent=agents[0])
    html = logged_in(agents[0].user).get(f"/inbox/{session.pk}/").content.decode()
    assert ("tel:ACME" in html, "crm.example.com" in html) == (False, False)
