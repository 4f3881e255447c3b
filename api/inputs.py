"""What clients send. Fields that nobody knows are refused, so that a misspelt one is not lost silently."""

import re
import zoneinfo
from typing import Annotated, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from ninja import UploadedFile
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StringConstraints,
    Tag,
)

from accounts.ids import MAX_ID
from accounts.pasted import cleaned
from accounts.tidying import tidy
from channels.phone_numbers import read_number
from channels.senders import why_not_typed
from routing.sms_field import MAX_BODY
from sessions.actions import Scheduled

NO_NUL = r"^[^\x00]*$"  # which PostgreSQL does not store
NOT_BLANK = r"^[^\x00]*[^\s\x00][^\x00]*$"
VISIBLE_ASCII = r"^[!-~]+$"
WRITTEN = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")  # how a moment of RFC 3339 begins

Body = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_BODY, pattern=NOT_BLANK),
    Field(description="The text; something must be visible of it.", examples=["Yes, until six."]),
]
OptionalBody = Annotated[
    str,
    StringConstraints(max_length=MAX_BODY, pattern=NO_NUL),
    Field(description="The text; it may be empty where there are files.", examples=["Yes, until six."]),
]
Media = Annotated[
    list[UploadedFile],
    Field(description="Pictures and files, within the limits of the number's ITSP."),
]
ClientId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=VISIBLE_ASCII),
    Field(
        description="Your own id of the text: with the same one it is accepted once.",
        examples=["4b0c0e5e-8f0c-4c1c-9d43-0b1b7d0c1a52"],
    ),
]


def _written(value: Any) -> Any:
    """Pydantic would take a number for seconds, or milliseconds, of the epoch."""
    if isinstance(value, int | float) or (isinstance(value, str) and not WRITTEN.match(value)):
        raise ValueError(_("Write a time as in 2026-12-24T18:00:00Z."))
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
DueAt = Annotated[
    Moment,
    Field(description="When it goes out, within the next 30 days.", examples=["2026-12-24T18:00:00Z"]),
]


def _address(text: str) -> str:
    """Nobody looks at it before it is used, so it must be written as it is meant."""
    if words := why_not_typed(text):
        raise ValueError(words)
    try:
        read = read_number(text, settings.DEFAULT_REGION)
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from error
    address = read.instead if read.address == text and read.note else read.address
    if address != text:
        raise ValueError(_("Write it as %(address)s, if that is the number.") % {"address": address})
    return address


def _pasted(value: Any) -> Any:
    """A code: what a spreadsheet or a page has put around it is no part of it."""
    return cleaned(value, is_code=True) if isinstance(value, str) else value


def _named(value: Any) -> Any:
    return cleaned(value) if isinstance(value, str) else value


Contact = Annotated[
    str,
    StringConstraints(max_length=32),
    AfterValidator(_address),
    BeforeValidator(_pasted),
    Field(
        description="In E.164, or a short code.",
        examples=["+14155550123"],
        json_schema_extra={"pattern": r"^(\+[1-9][0-9]{6,14}|[1-9][0-9]{3,5})$"},
    ),
]
IdempotencyKey = Annotated[
    str,
    Field(
        pattern=r'^("[!#-~]{1,64}"|[!#-~]{1,64})$',
        description="Takes the place of `client_id`, for clients that send it with every POST.",
        examples=['"4b0c0e5e-8f0c-4c1c-9d43-0b1b7d0c1a52"'],
    ),
]
ExtensionNumber = Annotated[str, Field(pattern=r"^[0-9]{1,16}$", examples=["1002"]), BeforeValidator(_pasted)]
Note = Annotated[
    str,
    StringConstraints(max_length=2_000, pattern=NO_NUL),
    Field(description="For the agents' eyes only."),
]


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


_UNTIL_REPLY = "Of a scheduled text: it is cancelled if the contact writes before its time."
UntilReply = Annotated[StrictBool, Field(description=_UNTIL_REPLY)]


class MessageIn(Input):
    body: Body
    client_id: ClientId | None = None
    due_at: DueAt | None = None
    until_reply: UntilReply = False

    @property
    def files(self) -> list[UploadedFile]:
        return []


class MessageWithMedia(MessageIn):
    body: OptionalBody = ""
    until_reply: Annotated[bool, Field(description=_UNTIL_REPLY)] = False  # a form has words only
    media: Media = []

    @property
    def files(self) -> list[UploadedFile]:
        return self.media


class RescheduleIn(Input):
    """What is left out stays as it is."""

    body: Body | None = None
    due_at: DueAt | None = None
    until_reply: UntilReply | None = None


class SessionIn(MessageIn):
    number: Annotated[
        str,
        StringConstraints(min_length=1, max_length=16, pattern=NO_NUL),
        BeforeValidator(_pasted),
        Field(description="One of GET numbers.", examples=["+25402161183"]),
    ]
    contact: Contact


class SessionWithMedia(MessageWithMedia, SessionIn):
    """As `SessionIn`, with files."""


HadBy = Annotated[
    str | None,
    Field(
        description="The number of the extension that has the session as far as you know; null: nobody. "
        "Whoever else has got it since then keeps it. Without this, it is not asked.",
        examples=["1001"],
    ),
]


class ToExtension(Input):
    extension: ExtensionNumber
    note: Note = ""
    had_by: HadBy = None


def _number(value: Any) -> Any:
    """JSON has 7 and 7.0 for the same; "7" and true are something else."""
    if isinstance(value, str | bool):
        raise ValueError(_("Input should be a number"))
    return value


class ToQueue(Input):
    queue: Annotated[
        int, Field(ge=1, le=MAX_ID, description="Its id.", examples=[7]), BeforeValidator(_number)
    ]
    note: Note = ""
    had_by: HadBy = None


def _kind_of(value: Any) -> str:
    return "queue" if isinstance(value, dict) and "queue" in value else "extension"


TransferIn = Annotated[
    Annotated[ToExtension, Tag("extension")] | Annotated[ToQueue, Tag("queue")], Discriminator(_kind_of)
]


class ClosingAsked(Input):
    scheduled: Annotated[
        Scheduled | None,
        Field(description="What becomes of scheduled texts; needed where there are any."),
    ] = None


class NoteIn(Input):
    body: Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=NOT_BLANK)]


class OptOutIn(Input):
    reason: Annotated[
        str,
        StringConstraints(min_length=1, max_length=500, pattern=NOT_BLANK),
        Field(description="What the contact said, and how.", examples=["Please don't text me, by phone"]),
    ]


class SnoozeIn(Input):
    until: Annotated[
        Moment,
        Field(description="In the future, within the next year.", examples=["2026-12-24T09:00:00Z"]),
    ]


class TagsIn(Input):
    tags: Annotated[
        list[Annotated[str, StringConstraints(max_length=32, pattern=NO_NUL), BeforeValidator(_named)]],
        Field(max_length=50, description="Those that it has then.", examples=[["billing"]]),
    ]


def _known_zone(name: str) -> str:
    if name in ("", *zoneinfo.available_timezones()):
        return name
    raise ValueError(_("There is no such time zone. Write one as Africa/Nairobi."))


def _visible(text: str) -> str:
    if name := tidy(text):
        return name
    raise ValueError(_("Something must be visible of it."))


ContactName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=127, pattern=NOT_BLANK),
    AfterValidator(_visible),
    Field(examples=["Grace Hopper"]),
]
ContactNotes = Annotated[str, StringConstraints(max_length=10_000, pattern=NO_NUL)]
ZoneName = Annotated[
    str,
    AfterValidator(_known_zone),
    Field(
        description='Where the contact lives, as the IANA has it; "" leaves it to the number.',
        examples=["Africa/Nairobi"],
    ),
]
FieldValue = Annotated[str, StringConstraints(max_length=2_000, pattern=NO_NUL)]


class ContactIn(Input):
    """What is left out stays as it is."""

    name: ContactName | None = None
    notes: ContactNotes | None = None
    time_zone: ZoneName | None = None
    fields: Annotated[
        dict[str, FieldValue | None],
        Field(
            max_length=30,
            description='By the fields\' names, as GET contact-fields has them; null or "" empties one.',
            examples=[{"Customer no": "4711"}],
        ),
    ] = {}
