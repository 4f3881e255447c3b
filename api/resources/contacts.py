"""The address book: read and written, with the fields that an administrator defines."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Path, Query, Router
from pydantic import Field

from accounts.directions import isolated
from accounts.tidying import tidy
from api.auth import ApiRequest, directing
from api.contact_shapes import ContactFieldOut, ContactFields, ContactOut, Contacts
from api.described import problems
from api.inputs import NO_NUL, ContactIn
from api.paging import PageAsked, page_by_id
from api.problems import INVALID, Problem
from sessions import actions
from sessions.contacts.forms import read_address
from sessions.contacts.lookup import known_senders
from sessions.contacts.values import live_fields, read_value, values_of_all
from sessions.models import Contact, ContactField
from sessions.search.finding import contacts_matching

router = Router(tags=["Contacts"])
Address = Annotated[
    str,
    Path(
        pattern=r"^[^\x00/]{1,64}$",
        description="The contact's number, as sessions have it.",
        examples=["+14155550123"],
    ),
]


class ContactsAsked(PageAsked):
    q: Annotated[
        str, Field(max_length=200, pattern=NO_NUL, description="A name, a number, a value of a field.")
    ] = ""


@router.get(
    "contact-fields",
    response=ContactFields,
    url_name="api-contact-fields",
    summary="Fields that contacts have",
    openapi_extra=problems(),
)
def list_contact_fields(request: ApiRequest) -> ContactFields:
    """What an administrator has notes taken of, with the kinds of their values."""
    return ContactFields(items=[ContactFieldOut.of(field) for field in live_fields()])


@router.get(
    "contacts",
    response=Contacts,
    url_name="api-contacts",
    summary="List or search contacts",
    openapi_extra=problems(422),
)
def list_contacts(request: ApiRequest, asked: Query[ContactsAsked]) -> Contacts:
    """The latest added first."""
    found = contacts_matching(Contact.objects.all(), asked.q)
    page = page_by_id(found, cursor=asked.cursor, limit=asked.limit)
    return Contacts(items=_shown(page.rows), next_cursor=page.next_cursor)


@router.get(
    "contacts/{str:number}",
    response=ContactOut,
    url_name="api-contact",
    summary="Get a contact",
    openapi_extra=problems(404, 422),
)
def get_contact(request: ApiRequest, number: Address) -> ContactOut:
    """By its number; whoever has texted us is no contact until somebody adds one."""
    return _shown([get_object_or_404(Contact, address=number)])[0]


@router.put(
    "contacts/{str:number}",
    response=ContactOut,
    url_name="api-contact",
    summary="Add a contact, or change it",
    openapi_extra=problems(400, 403, 404, 422),
)
def put_contact(request: ApiRequest, number: Address, said: ContactIn) -> ContactOut:
    """Adds the contact where the number is new, which needs a name; changes it otherwise. What you leave out
    stays as it is, so that the same request can be sent again."""
    directing(request)
    values = _read(said.fields)
    if not Contact.objects.filter(address=number).exists():
        _check_new(number, said)
    known = said.model_dump(include={"name", "notes", "time_zone"})
    saved = actions.save_contact(address=number, values=values, **known)
    return _shown([saved])[0]


def _check_new(number: str, said: ContactIn) -> None:
    """Raises `Problem`. Nobody looks at the number before it is used: it must be written as it is meant."""
    try:
        read = read_address(number, known_senders([number]))
    except ValidationError as error:
        raise Problem(422, *INVALID, errors={"number": error.messages}) from error
    if read.address != number:
        proposal = _("Write it as %(address)s, if that is the number.") % {"address": read.address}
        raise Problem(422, *INVALID, errors={"number": [proposal]})
    if said.name is None:
        raise Problem(422, *INVALID, errors={"name": [_("A new contact needs a name.")]})


def _read(texts: Mapping[str, str | None]) -> dict[int, str]:
    """By the fields' ids. Raises `Problem` in words, by field."""
    fields = {field.key: field for field in live_fields()}
    values, errors = {}, {}
    for name, text in texts.items():
        place = f"fields.{name}"
        field = fields.get(tidy(name).casefold())
        if field is None:
            known = ", ".join(isolated(one.name) for one in fields.values()) or "–"
            errors[place] = [_("There is no such field. Those that there are: %s.") % known]
            continue
        try:
            values[field.pk] = read_value(field, text or "")
        except ValidationError as error:
            errors[place] = error.messages
    if errors:
        raise Problem(422, *INVALID, errors=errors)
    return values


def _shown(contacts: Sequence[Contact]) -> list[ContactOut]:
    fields, noted = live_fields(), values_of_all(contacts)
    return [ContactOut.of(one, _named(fields, noted.get(one.pk, {}))) for one in contacts]


def _named(fields: Sequence[ContactField], values: Mapping[int, str]) -> dict[str, str]:
    return {field.name: values[field.pk] for field in fields if field.pk in values}
