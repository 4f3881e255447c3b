"""Who may see what: the only road to sessions for pages, API, search, export and events."""

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from channels.itsp.delivery import DeliveryStatus
from channels.models import Number
from routing.models import Extension
from sessions.models import Attempt, Draft, Message, MessagingSession, MessagingSessionQuerySet, pickup


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
    """All that somebody may read: an agent's inbox, and what they supervise."""
    visible = _supervised(user)
    if agent is not None:
        visible |= pickup.theirs(agent, pickup.ALL)
    return MessagingSession.objects.filter(visible)


def directed_by(user: User, agent: Extension | None) -> MessagingSessionQuerySet:
    """All that somebody hands to others, tags, and writes notes in: what they may read.

    Agents see what is theirs and what nobody has; supervisors direct their queues, extension or not.
    """
    return visible_to(user, agent)


def logged_for(user: User) -> MessagingSessionQuerySet:
    """What the message logs show: all to administrators, to supervisors what is in their queues."""
    return MessagingSession.objects.all() if user.is_administrator else supervised_by(user)


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


def _supervised(user: User) -> Q:
    return Q(queue__in=user.supervised_queues.live()) if user.is_supervisor else Q(pk__in=[])


def listed(sessions: MessagingSessionQuerySet) -> MessagingSessionQuerySet:
    """Orders them for showing, the newest first, and fetches all that a row needs."""
    return sessions.select_related("number__channel", "queue", "agent", "last_message").order_by(
        "-last_active_at", "-pk"
    )


def thread_of(session: MessagingSession) -> QuerySet[Message]:
    """The messages of a session in their order, with all that a page shows."""
    attempts = Prefetch("attempts", Attempt.objects.order_by("pk").prefetch_related("events"))
    people = ("author", "to_extension", "to_queue")
    return session.messages.select_related(*people).prefetch_related("attachments", attempts).order_by("pk")


def draft_of(session: MessagingSession, agent: Extension) -> Draft | None:
    """What the agent has typed into it, "" since it was sent; None if that never was.

    Into an open one comes along what was typed in an earlier session of the contact's, and not sent there.
    """
    own = Draft.objects.filter(session=session, agent=agent).first()
    if own or not session.is_open:
        return own
    unsent = drafts_for(session, agent).exclude(body="")
    return unsent.order_by("-updated_at").first()


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


def numbers_of(agent: Extension) -> QuerySet[Number]:
    """The numbers from which an agent may start a session."""
    return (
        Number.objects.live()
        .filter(initiators=agent, channel__archived_at=None, channel__disabled_at=None)
        .select_related("channel")
        .order_by("address")
    )
