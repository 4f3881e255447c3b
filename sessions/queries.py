"""Who may see what: the only road to sessions for pages, API, search, export and events."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    When,
    prefetch_related_objects,
)

from accounts.models import User
from channels.itsp.delivery import DeliveryStatus
from channels.models import Number
from routing.models import Extension, MessageQueue
from sessions.compiled import Compiled
from sessions.models import (
    Attempt,
    Draft,
    Mention,
    Message,
    MessagingSession,
    MessagingSessionQuerySet,
    Priority,
    pickup,
)


def inbox_of(agent: Extension) -> MessagingSessionQuerySet:
    """All that an agent may act on: what is theirs, and what is nobody's in their queues."""
    return MessagingSession.objects.filter(pickup.theirs(agent, pickup.ALL))


def supervised_by(user: User) -> MessagingSessionQuerySet:
    """All sessions of a supervisor's queues: read, handed to others, and taken over."""
    return MessagingSession.objects.filter(_supervised(user))


def picked_up_by(agent: Extension) -> MessagingSessionQuerySet:
    """All that an agent may pick up: what waits in queues that are theirs, or that they supervise."""
    return MessagingSession.objects.waiting().filter(queue__in=pickup.picked_up_by(agent))


def visible_to(user: User, agent: Extension | None) -> MessagingSessionQuerySet:
    """All that somebody may read: an agent's inbox, what they supervise, and where they are mentioned."""
    return MessagingSession.objects.filter(_visible(user, agent))


def handled_by(user: User, agent: Extension | None) -> MessagingSessionQuerySet:
    """An agent's inbox, and what they supervise; not what they only read along in, being mentioned."""
    return MessagingSession.objects.filter(_handled(user, agent))


def mentioning(user: User) -> MessagingSessionQuerySet:
    """Those with a note that mentions somebody: read until some time after they are closed."""
    return MessagingSession.objects.filter(_mentions(user))


class Conversation(NamedTuple):
    """Sessions of a number with a contact, the newest first; `is_shown`: whether a viewer may read each."""

    sessions: MessagingSessionQuerySet
    is_shown: Case


def conversation_of(session: MessagingSession, user: User, agent: Extension | None) -> Conversation:
    """All sessions of its number with its contact, for somebody who may read this one."""
    # By an expression, or SQLite would begin with all sessions of the number.
    of_number = ExpressionWrapper(F("number") + 0, output_field=BigIntegerField())
    sessions = MessagingSession.objects.alias(of_number=of_number).filter(
        contact=session.contact, of_number=session.number_id
    )
    shown = Case(When(Q(pk=session.pk) | _visible(user, agent), then=True), default=False)
    return Conversation(sessions.order_by("-last_active_at", "-pk"), shown)


def alone(session: MessagingSession) -> Conversation:
    """Without the other sessions of its contact."""
    sessions = MessagingSession.objects.filter(pk=session.pk)
    return Conversation(sessions, Case(default=True, output_field=BooleanField()))


def unseen_mentions(user: User) -> MessagingSessionQuerySet:
    """Those in which somebody is mentioned and that they have not opened since."""
    return MessagingSession.objects.filter(
        pk__in=Mention.objects.unseen().filter(user=user).values("session")
    )


def with_mention_to_see(sessions: MessagingSessionQuerySet, user: User) -> MessagingSessionQuerySet:
    """Each with `has_mention_to_see`: whether somebody has not opened it since they were mentioned."""
    unseen = Mention.objects.filter(session=OuterRef("pk"), user=user, seen_at=None)
    return sessions.annotate(has_mention_to_see=Exists(unseen))


def directed_by(user: User, agent: Extension | None) -> MessagingSessionQuerySet:
    """All that somebody hands to others, tags, and writes notes in; not what they only read along in.

    For agents what is theirs and what nobody has; supervisors direct their queues, extension or not.
    """
    return handled_by(user, agent)


def logged_for(user: User) -> MessagingSessionQuerySet:
    """What the message logs show: all to administrators, to supervisors what is in their queues."""
    return MessagingSession.objects.all() if user.is_administrator else supervised_by(user)


def queues_logged_for(user: User) -> QuerySet[MessageQueue]:
    """Those whose sessions somebody has in the message logs, the deleted ones last."""
    found = MessageQueue.objects.all() if user.is_administrator else user.supervised_queues.live()
    return found.order_by(F("archived_at").desc(nulls_first=True), "name", "pk")


def agents_logged_for(user: User) -> QuerySet[Extension]:
    """Those whose sessions they may be: to supervisors the agents of their queues, the deleted ones last."""
    found = Extension.objects.all()
    if not user.is_administrator:
        found = found.filter(queues__in=user.supervised_queues.live()).distinct()
    return found.order_by(F("archived_at").desc(nulls_first=True), "number", "pk")


def readable_by(user: User, agent: Extension | None) -> MessagingSessionQuerySet:
    """All that somebody may read, wherever it is shown."""
    return logged_for(user) if user.is_administrator else visible_to(user, agent)


def lost_by(agent: Extension) -> MessagingSessionQuerySet:
    """What another agent has taken by the first answer in a queue of theirs: they learn who, no more."""
    queues = pickup.queues_of(agent, pickup.FIRST_ANSWER)
    taken = MessagingSession.objects.open().filter(queue__in=queues, agent__isnull=False)
    return taken.exclude(agent=agent).select_related("agent")


def answered_by(agent: Extension) -> Q:
    """What an agent answers in: what is theirs, and what their queues without pickup share."""
    return pickup.theirs(agent, pickup.SHARED)


def _visible(user: User, agent: Extension | None) -> Q:
    return _handled(user, agent) | _mentions(user)


def _handled(user: User, agent: Extension | None) -> Q:
    handled = _supervised(user)
    return handled if agent is None else handled | pickup.theirs(agent, pickup.ALL)


def _mentions(user: User) -> Q:
    return Q(pk__in=Mention.objects.readable().filter(user=user).values("session"))


def _supervised(user: User) -> Q:
    return Q(queue__in=user.supervised_queues.live()) if user.is_supervisor else Q(pk__in=[])


def listed(sessions: MessagingSessionQuerySet) -> MessagingSessionQuerySet:
    """Orders them for showing, the newest first, and fetches all that a row needs."""
    shown = sessions.select_related("number__channel", "queue", "agent", "last_message")
    of_no_use = "number__channel__credentials"  # to decrypt them costs as much as the rest of the row
    return shown.defer(of_no_use).order_by("-last_active_at", "-pk")


def thread_of(session: MessagingSession) -> QuerySet[Message]:
    """The messages of a session in their order, with all that a page shows."""
    return as_shown(session.messages.all())


def as_shown(messages: QuerySet[Message]) -> QuerySet[Message]:
    """In their order, with all that a page shows of them."""
    return _with_people(messages).prefetch_related("attachments", "charges", _tries(), _mentioned())


def read_to_show(ids: Collection[int]) -> list[Message]:
    """Gives the same as `as_shown`, and asks only for what messages of their kinds have."""
    found = _by_ids(ids)
    by_kind: dict[str, list[Message]] = defaultdict(list)
    for message in found:
        by_kind[message.kind].append(message)
    outbound, notes = by_kind[Message.Kind.OUTBOUND], by_kind[Message.Kind.NOTE]
    prefetch_related_objects(by_kind[Message.Kind.INBOUND] + outbound, "attachments", "charges")
    prefetch_related_objects(outbound, _tries())
    prefetch_related_objects(notes, _mentioned())
    return found


def _with_people(messages: QuerySet[Message]) -> QuerySet[Message]:
    return messages.select_related("author", "to_extension", "to_queue").order_by("pk")


_by_ids = Compiled(lambda ids: _with_people(Message.objects.filter(pk__in=ids)))


def _tries() -> Prefetch[str]:
    return Prefetch("attempts", Attempt.objects.order_by("pk").prefetch_related("events"))


def _mentioned() -> Prefetch[str]:
    return Prefetch("mentions", Mention.objects.select_related("user__extension").order_by("start"))


def draft_of(session: MessagingSession, agent: Extension) -> Draft | None:
    """What the agent has typed into it, "" since it was sent; None if that never was.

    Into an open one comes along what was typed in an earlier session of the contact's, and not sent there.
    """
    if not session.is_open:
        return Draft.objects.filter(session=session, agent=agent).first()
    of_contact = list(drafts_for(session, agent).order_by("-updated_at"))
    own = (draft for draft in of_contact if draft.session_id == session.pk)
    return next(own, None) or next((draft for draft in of_contact if draft.body), None)


def drafts_for(session: MessagingSession, agent: Extension) -> QuerySet[Draft]:
    """An agent's drafts in all sessions of the contact's with the number."""
    # The contact's sessions are few; those of the number, by which SQLite would begin, are not.
    of_contact = MessagingSession.objects.filter(contact=session.contact).order_by().values("pk")
    return Draft.objects.filter(
        Exists(MessagingSession.objects.filter(pk=OuterRef("session"), number=session.number_id)),
        session__in=of_contact,
        agent=agent,
    )


def operations_of(session: MessagingSession) -> QuerySet[Message]:
    """What was done with a session, in its order: its system lines."""
    return thread_of(session).filter(kind=Message.Kind.SYSTEM)


def queued_of(session: MessagingSession) -> QuerySet[Attempt]:
    """The session's texts that wait in the queue."""
    return Attempt.objects.filter(message__session=session, status=DeliveryStatus.QUEUED)


def scheduled_of(session: MessagingSession) -> QuerySet[Attempt]:
    """The session's texts with a time of their own that has not come."""
    status, priority = DeliveryStatus.SCHEDULED, Priority.API
    return Attempt.objects.filter(message__session=session, status=status, priority=priority)


def numbers_of(agent: Extension) -> QuerySet[Number]:
    """The numbers from which an agent may start a session."""
    return (
        Number.objects.live()
        .filter(initiators=agent, channel__archived_at=None, channel__disabled_at=None)
        .select_related("channel")
        .order_by("address")
    )
