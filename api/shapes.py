"""What the API shows: the JSON of each thing, and how it is read from a row."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.urls import reverse
from pydantic import BaseModel, Field

from channels.itsp.delivery import DeliveryStatus
from channels.models import Number
from pbx_messaging.said import code_of
from routing.models import Extension, MessageQueue
from sessions import charges
from sessions.models import Attachment, Mention, Message, MessagingSession

SessionState = Literal["waiting", "shared", "owned", "closed"]
PickupMode = Literal["manual", "auto", "none", "assigned"]
Kind = Literal["inbound", "outbound", "system", "note"]
Address = Annotated[str, Field(examples=["+14155550123"])]
Moment = Annotated[datetime, Field(examples=["2026-11-23T09:30:00Z"])]


class ExtensionOut(BaseModel):
    number: Annotated[str, Field(examples=["1001"])]
    name: Annotated[str, Field(examples=["Ada"])]

    @classmethod
    def of(cls, extension: Extension) -> "ExtensionOut":
        return cls(number=extension.number, name=extension.name)


class QueueOut(BaseModel):
    id: int
    name: Annotated[str, Field(examples=["Support"])]
    pickup_mode: Annotated[
        PickupMode,
        Field(
            description="`manual`: pick a session up, then answer. `auto`: the first answer makes it yours. "
            "`none`: all agents of the queue answer, and nobody owns it. `assigned`: it is given to an agent "
            "who is available, connected to the events and below `max_open_sessions`; whoever wants to, "
            "picks it up before."
        ),
    ]
    assignment: Annotated[
        Literal["round_robin", "least_open"] | None,
        Field(description="Of `assigned`: who gets the next session. Otherwise null."),
    ]
    max_open_sessions: Annotated[int | None, Field(description="Of each agent; null: as many as there are.")]

    @classmethod
    def of(cls, queue: MessageQueue) -> "QueueOut":
        is_assigned = queue.pickup_mode == MessageQueue.PickupMode.ASSIGNED
        values = {
            "id": queue.pk,
            "name": queue.name,
            "pickup_mode": queue.pickup_mode,
            "assignment": queue.assignment if is_assigned else None,
            "max_open_sessions": queue.max_open_sessions,
        }
        return cls.model_validate(values)


class NumberOut(BaseModel):
    """A number of ours, by which a session can be started."""

    number: Annotated[str, Field(examples=["+25402161183"])]
    channel: Annotated[str, Field(examples=["Main line"])]

    @classmethod
    def of(cls, number: Number) -> "NumberOut":
        return cls(number=number.address, channel=number.channel.name)


class ContactCard(BaseModel):
    """Of a vCard, as its sender wrote it."""

    name: str
    numbers: list[str]


class AttachmentOut(BaseModel):
    id: int
    name: str
    content_type: Annotated[str, Field(examples=["image/jpeg"])]
    size_bytes: int
    state: Literal["pending", "stored", "refused"]
    reason: Annotated[str, Field(description="Why it was refused, in words.")]
    reason_code: Annotated[
        str,
        Field(description="The same for programs; empty for old ones.", examples=["attachment-too-large"]),
    ]
    url: Annotated[str | None, Field(description="Where it is fetched, once it is stored.")]
    preview_url: Annotated[
        str | None,
        Field(description="A JPEG, MP3 or MP4 of a file that browsers don't show."),
    ]
    contact_cards: Annotated[list[ContactCard], Field(description="What a contact card says.")]

    @classmethod
    def of(cls, attachment: Attachment) -> "AttachmentOut":
        is_stored = attachment.state == Attachment.State.STORED
        return cls(
            id=attachment.pk,
            name=attachment.name,
            content_type=attachment.content_type,
            size_bytes=attachment.size_bytes,
            state=attachment.state,  # type: ignore[arg-type]
            reason=attachment.reason,
            reason_code=code_of(attachment.reason),
            url=reverse("api-attachment", args=[attachment.pk]) if is_stored else None,
            preview_url=reverse("api-preview", args=[attachment.pk]) if attachment.preview else None,
            contact_cards=[ContactCard(**card) for card in attachment.cards or []],
        )


class MentionOut(BaseModel):
    """Somebody whom a note mentions, as they are called now."""

    name: Annotated[str, Field(examples=["Ben"])]
    extension: Annotated[str | None, Field(description="Its number.", examples=["1002"])]
    start: Annotated[int, Field(description="Where the words begin in the body, in characters.")]
    length: Annotated[int, Field(description="How long they are, with the @.")]

    @classmethod
    def of(cls, mention: Mention) -> "MentionOut":
        extension: Extension | None = getattr(mention.user, "extension", None)
        number = extension.number if extension else None
        return cls(name=mention.name, extension=number, start=mention.start, length=mention.length)


class PriceOut(BaseModel):
    """What the ITSP takes for a text."""

    amount: Annotated[str, Field(description="In whole units of the currency.", examples=["0.0079"])]
    currency: Annotated[str, Field(description="ISO 4217.", examples=["USD"])]


class MessageOut(BaseModel):
    """A text in or out, an internal note, or a system line that says what became of the session."""

    id: int
    session: int
    kind: Kind
    body: Annotated[str, Field(examples=["Are you open today?"])]
    author: Annotated[ExtensionOut | None, Field(description="Of what an agent wrote or did.")]
    author_name: Annotated[
        str,
        Field(
            description="Who wrote or did it, also a supervisor without an extension.", examples=["Vera Lind"]
        ),
    ]
    created_at: Moment
    status: Annotated[
        DeliveryStatus | None, Field(description="Of an outbound text: how it fares.", examples=["delivered"])
    ]
    error_code: Annotated[
        str, Field(description="The ITSP's, of a text that failed; empty for one that was sent or delivered.")
    ]
    reason: Annotated[str, Field(description="Why it failed or waits, in words.")]
    reason_code: Annotated[
        str,
        Field(
            description="The same for programs; `itsp` where `error_code` says it, empty for old texts.",
            examples=["expired"],
        ),
    ]
    due_at: Annotated[Moment | None, Field(description="Of a scheduled text: when it goes out.")]
    until_reply: Annotated[
        bool, Field(description="Of a scheduled text: it is cancelled if the contact writes before its time.")
    ]
    client_id: Annotated[str | None, Field(description="The id under which it was accepted once.")]
    event: Annotated[str | None, Field(description="Of a system line.", examples=["picked_up"])]
    also_to: Annotated[
        list[str], Field(description="Of a group text: who else got it. Answers go to its sender only.")
    ]
    attachments: list[AttachmentOut]
    mentions: Annotated[list[MentionOut], Field(description="Of a note: who is mentioned in it.")]
    prices: Annotated[
        list[PriceOut],
        Field(description="As far as the ITSP has told it, all tries together; many tell it hours later."),
    ]

    @classmethod
    def of(cls, message: Message) -> "MessageOut":
        """`message` as `sessions.queries.thread_of` reads it."""
        attempts = message.attempts.all()
        return cls(
            id=message.pk,
            session=message.session_id,
            kind=message.kind,  # type: ignore[arg-type]
            body=message.body,
            author=ExtensionOut.of(message.author) if message.author else None,
            author_name=message.who,
            created_at=message.created_at,
            status=DeliveryStatus(message.status) if message.status else None,
            error_code=message.error_code,
            reason=message.reason,
            reason_code=code_of(message.reason),
            due_at=attempts[len(attempts) - 1].due_at if attempts else None,
            until_reply=bool(attempts and attempts[len(attempts) - 1].until_reply),
            client_id=message.client_id,
            event=message.system_line or None,
            also_to=message.others.splitlines(),
            attachments=[AttachmentOut.of(one) for one in message.attachments.all()],
            mentions=[MentionOut.of(one) for one in message.mentions.all()],
            prices=[
                PriceOut(amount=f"{amount:f}", currency=currency)
                for currency, amount in charges.of(message).items()
            ],
        )


class LastMessage(BaseModel):
    """The newest text of a session, for a list."""

    id: int
    kind: Kind
    body: str
    created_at: Moment
    status: DeliveryStatus | None


class SessionOut(BaseModel):
    """The thread between one of our numbers and a contact, from its first text until it is closed."""

    id: int
    number: Annotated[str, Field(description="Ours.", examples=["+25402161183"])]
    contact: Address
    contact_name: Annotated[str, Field(description="Where one is known.", examples=["Grace Hopper"])]
    state: Annotated[
        SessionState, Field(description="Waiting sessions have no agent yet; shared ones never.")
    ]
    queue: QueueOut | None
    agent: ExtensionOut | None
    unread: Annotated[int, Field(description="Inbound texts that its agent has not read.")]
    tags: Annotated[list[str], Field(examples=[["billing"]])]
    opened_at: Moment
    last_active_at: Moment
    closed_at: Moment | None
    archived_at: Moment | None
    snoozed_until: Annotated[
        Moment | None,
        Field(description="Out of the list of its agent until then, or until the contact writes."),
    ]
    last_message: LastMessage | None

    @classmethod
    def of(cls, session: MessagingSession, *, contact_name: str) -> "SessionOut":
        """`session` as `api.finding` reads it."""
        return cls(
            id=session.pk,
            number=session.number.address,
            contact=session.contact,
            contact_name=contact_name,
            state=_state_of(session),
            queue=QueueOut.of(session.queue) if session.queue else None,
            agent=ExtensionOut.of(session.agent) if session.agent else None,
            unread=session.unread,
            tags=[tag.name for tag in session.tags.all()],
            opened_at=session.opened_at,
            last_active_at=session.last_active_at,
            closed_at=session.closed_at,
            archived_at=session.archived_at,
            snoozed_until=session.snoozed_until,
            last_message=_last_of(session.last_message),
        )


def _state_of(session: MessagingSession) -> SessionState:
    if not session.is_open:
        return "closed"
    if session.pickup.is_shared:
        return "shared"
    return "owned" if session.agent_id else "waiting"


def _last_of(message: Message | None) -> LastMessage | None:
    if message is None:
        return None
    values: dict[str, Any] = {field: getattr(message, field) for field in ("kind", "body", "created_at")}
    return LastMessage(id=message.pk, status=message.status or None, **values)  # type: ignore[arg-type]


class Sessions(BaseModel):
    items: list[SessionOut]
    next_cursor: Annotated[str | None, Field(description="For the next page; null on the last.")]


class Messages(BaseModel):
    items: list[MessageOut]
    next_cursor: Annotated[str | None, Field(description="For the next, older page; null on the last.")]


class Started(BaseModel):
    session: SessionOut
    message: MessageOut


class Numbers(BaseModel):
    items: list[NumberOut]


class Tags(BaseModel):
    items: list[str]


class Destinations(BaseModel):
    """Where a session can be transferred to."""

    extensions: list[ExtensionOut]
    queues: list[QueueOut]


class Me(BaseModel):
    """Whom the token stands for."""

    username: str
    name: str
    role: Literal["administrator", "supervisor", "agent"]
    extension: Annotated[ExtensionOut | None, Field(description="None: this login only reads.")]
    queues: Annotated[list[QueueOut], Field(description="Whose waiting sessions the agent picks up.")]
    supervised_queues: list[QueueOut]
    token: str
    scope: Literal["read", "send"]


class ProblemOut(BaseModel):
    """An error as RFC 9457 has it."""

    type: str
    title: Annotated[str, Field(examples=["The session is closed."])]
    status: Annotated[int, Field(examples=[409])]
    code: Annotated[str, Field(description="Stable, for programs.", examples=["session_closed"])]
    detail: Annotated[str, Field(description="What to do.")]
    errors: Annotated[
        dict[str, list[str]] | None, Field(description="What is wrong with each field, on 422.")
    ] = None
