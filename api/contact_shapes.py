"""What the API shows of the company's address book."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.shapes import Address, Moment
from sessions.models import Contact, ContactField


class ContactFieldOut(BaseModel):
    """Something that is noted of contacts beside name and notes, as an administrator defines it."""

    name: Annotated[str, Field(examples=["Customer no"])]
    kind: Annotated[
        Literal["text", "long_text", "number", "date", "yes_no", "choice", "email", "web"],
        Field(
            description="How its values are written: a `number` with a point before decimals, a `date` as "
            "2026-12-24, `yes_no` as yes or no, a `choice` as one of `options`."
        ),
    ]
    options: list[str]

    @classmethod
    def of(cls, field: ContactField) -> "ContactFieldOut":
        return cls(name=field.name, kind=field.kind, options=field.options)  # type: ignore[arg-type]


class ContactFields(BaseModel):
    items: list[ContactFieldOut]


class ContactOut(BaseModel):
    """Of the company's address book."""

    number: Address
    name: Annotated[str, Field(examples=["Grace Hopper"])]
    notes: str
    time_zone: Annotated[
        str, Field(description='As it was set; "" where the number tells.', examples=["Africa/Nairobi"])
    ]
    fields: Annotated[
        dict[str, str], Field(description="Those that have a value.", examples=[{"Customer no": "4711"}])
    ]
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, contact: Contact, fields: dict[str, str]) -> "ContactOut":
        kept = ("name", "notes", "time_zone", "created_at", "updated_at")
        values = {name: getattr(contact, name) for name in kept}
        return cls(number=contact.address, fields=fields, **values)


class Contacts(BaseModel):
    items: list[ContactOut]
    next_cursor: Annotated[str | None, Field(description="For the next page; null on the last.")]
