"""Numbers as people write them, through every door: the same number is stored, or it is asked about."""

from typing import Any

import pytest
from django.test import Client

from sessions.models import Contact, Message, MessagingSession, OptOutEntry
from sessions.search.finding import contacts_matching
from tests.api.conftest import Caller, ada, agents, code_of, queue, road
from tests.factories import Road
from tests.imports.doors import said_of, uploaded
from tests.portal import logged_in
from tests.sessions.conftest import Post, post_inbound

__all__ = ["ada", "agents", "post_inbound", "queue", "road"]

pytestmark = pytest.mark.django_db
BERN = "+41312345678"
WRITTEN = [  # and whether it must be looked at first
    ("+41 31 234 56 78", False),
    ("\u202a+41\u00a031\u2011234\u201156\u201178\u202c", False),
    ("+४१३१२३४५६७८", False),
    ("＋４１３１２３４５６７８", False),
    ("'+41312345678", False),
    ("+41 (0)31 234 56 78", True),
    ("0041 (0) 31/234 56 78", True),
    ("41312345678", True),
    ("٤١٣١٢٣٤٥٦٧٨", True),
]


PARTS = ["+41 (0)31 234", "+41 031 234 56", "٠٣١٢٣٤"]


def addresses() -> list[str]:
    return list(Contact.objects.values_list("address", flat=True))


@pytest.mark.parametrize(("text", "is_asked"), WRITTEN)
def test_contact_is_added(admin_page: Client, text: str, is_asked: bool) -> None:
    fields = {"contact": text, "name": "Mei"}
    answer: Any = admin_page.post("/contacts/add/", fields)
    if is_asked:
        assert (answer.status_code, addresses()) == (422, [])
        form = answer.context["form"]
        assert f"was read as {BERN}" in form.note
        shown = {name: form.data[name] for name in ("contact", "shown")}
        answer = admin_page.post("/contacts/add/", {**fields, **shown})
    assert (answer.status_code, addresses()) == (302, [BERN])


def test_zero_that_is_meant_is_kept_at_the_second_save(admin_page: Client) -> None:
    fields = {"contact": "+41 031 234 56 78", "name": "Mei"}
    answer: Any = admin_page.post("/contacts/add/", fields)
    page = answer.content.decode()
    assert f"Without it, it is {BERN}." in page
    assert 'name="shown" value="+410312345678"' in page
    assert addresses() == []
    changed = {**fields, "contact": "+41 031 234 56 79", "shown": "+410312345678"}
    assert admin_page.post("/contacts/add/", changed).status_code == 422  # another one is asked about anew
    admin_page.post("/contacts/add/", {**fields, "contact": "+410312345678", "shown": "+410312345678"})
    assert addresses() == ["+410312345678"]


@pytest.mark.parametrize(("text", "is_asked"), WRITTEN)
def test_opt_out_is_added(admin_page: Client, road: Road, text: str, is_asked: bool) -> None:
    fields = {"contact": text, "number": road.number.pk}
    answer: Any = admin_page.post("/opt-outs/add/", fields)
    if is_asked:
        assert OptOutEntry.objects.count() == 0
        shown = answer.context["form"].data["shown"]
        admin_page.post("/opt-outs/add/", {**fields, "contact": shown, "shown": shown})
    assert OptOutEntry.objects.get().contact == BERN


@pytest.mark.parametrize(("text", "is_asked"), WRITTEN)
def test_contact_is_imported(admin_page: Client, text: str, is_asked: bool) -> None:
    preview = uploaded(admin_page, "/contacts/import/", f"Number;Name\n{text};Mei\n")
    ((number,),) = said_of(preview, 1)
    assert (number.startswith(BERN), "was read so" in number) == (True, is_asked)


def test_shortened_number_is_explained_at_every_door(admin_page: Client, ada: Caller, road: Road) -> None:
    road.number.initiators.set([ada.token_row.user.extension])
    said = "A spreadsheet has shortened “4.13E+10”"
    assert said in admin_page.post("/contacts/add/", {"contact": "4.13E+10", "name": "x"}).content.decode()
    new = {"number": road.number.pk, "contact": "4.13E+10"}
    assert said in admin_page.post("/opt-outs/add/", new).content.decode()
    page = logged_in(ada.token_row.user)
    assert said in page.post("/inbox/new/", {**new, "body": "Hello"}).content.decode()
    asked = {"number": road.number.address, "contact": "4.13E+10", "body": "Hello"}
    problem = ada.post("sessions", asked).json()
    assert problem["errors"]["contact"][0].startswith(said)
    preview = uploaded(admin_page, "/contacts/import/", "Number;Name\n4.13E+10;Mei\n")
    assert "shortened “4.13E+10”" in preview.content.decode()
    assert (addresses(), Message.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    "text", ["+41.31.234.56.78", "+41312345678.", "+४१३१२३४५६७८", "+41 (0)31 234 56 78", "41312345678"]
)
def test_program_is_told_how_to_write_it(ada: Caller, road: Road, text: str) -> None:
    asked = {"number": road.number.address, "contact": text, "body": "Hello"}
    answer = ada.post("sessions", asked)
    assert code_of(answer) == (422, "invalid")
    assert answer.json()["errors"] == {"contact": [f"Write it as {BERN}, if that is the number."]}


def test_program_is_told_of_a_zero_that_is_too_much(ada: Caller, road: Road) -> None:
    asked = {"number": road.number.address, "contact": "+410312345678", "body": "Hello"}
    answer = ada.post("sessions", asked)
    assert answer.json()["errors"] == {"contact": [f"Write it as {BERN}, if that is the number."]}
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    "text", [text for text, _asked in WRITTEN] + ["+41 (0)31 234", "+41 031 234 56", "٠٣١٢٣٤"]
)
def test_contact_and_sessions_are_found(
    admin_page: Client, post_inbound: Post, settings: Any, text: str
) -> None:
    settings.DEFAULT_REGION = "CH"
    post_inbound(1, "Grüezi", From=BERN)
    post_inbound(2, "Hello", From="+14155550123")
    Contact.objects.create(address=BERN, name="Mei")
    assert [one.address for one in contacts_matching(Contact.objects.all(), text)] == [BERN]
    listed: Any = admin_page.get("/logs/", {"q": text})
    assert [row.contact for row in listed.context["listing"].rows] == [BERN]
    assert MessagingSession.objects.count() == 2
