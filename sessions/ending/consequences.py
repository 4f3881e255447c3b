"""What deleting a channel, an extension or a message queue would end, and what is in its way."""

from dataclasses import dataclass, field

from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.directions import isolated
from accounts.models import Role
from channels.itsp.delivery import WAITING
from channels.models import Channel, Number
from routing.models import Extension, MessageQueue
from sessions.models import Attempt, MessagingSession


@dataclass
class Consequences:
    """Sentences on what deleting ends, what must be changed first, and the sessions that need a new place."""

    ends: list[str] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)  # lead here, and must lead elsewhere first
    overflowing: list[MessageQueue] = field(default_factory=list)  # pass on to here; the same
    waiting: int = 0  # messages to be sent, of which one must say what becomes of them
    sessions: int = 0  # open, and held by the subject
    stuck: int = 0  # of these, those that have no message queue to go back to

    @property
    def is_hindered(self) -> bool:
        return bool(self.numbers or self.overflowing)


def consequences_of(subject: Channel | Extension | MessageQueue) -> Consequences:
    """What `archive_…` would do now."""
    if isinstance(subject, Channel):
        return _of_channel(subject)
    if isinstance(subject, Extension):
        return _of_extension(subject)
    return _of_queue(subject)


def _of_channel(channel: Channel) -> Consequences:
    numbers, open_ones = channel.numbers.live().count(), open_of_channel(channel).count()
    waiting = waiting_of(channel).count()
    counted = [
        ngettext(
            "%(n)d number receives and sends no more messages.",
            "%(n)d numbers receive and send no more messages.",
            numbers,
        )
        % {"n": numbers},
        ngettext("%(n)d open session is closed.", "%(n)d open sessions are closed.", open_ones)
        % {"n": open_ones},
    ]
    ends = [text for text, n in zip(counted, (numbers, open_ones), strict=True) if n]
    if stood_by := channel.stands_by_for.live().count():
        words = ngettext("%(n)d number loses its standby.", "%(n)d numbers lose their standby.", stood_by)
        ends.append(words % {"n": stood_by})
    ends.append(_("Its Webhook URL stops answering. Remove it on the service provider’s side."))
    return Consequences(ends, waiting=waiting)


def _of_extension(extension: Extension) -> Consequences:
    consequences = consequences_of_deactivating(extension)
    consequences.ends.clear()
    if extension.user.role == Role.AGENT:
        consequences.ends.append(
            _("The user “%s” can’t log in any more.") % isolated(extension.user.username)
        )
    queues = ", ".join(isolated(queue.name) for queue in extension.queues.live())
    leaves = _("It leaves its message queues (%s) and starts no sessions any more.") % queues
    consequences.ends.append(leaves if queues else _("It starts no sessions any more."))
    return consequences


def consequences_of_deactivating(extension: Extension) -> Consequences:
    """What `deactivate_extension` would do now."""
    owned = MessagingSession.objects.open().filter(agent=extension)
    consequences = Consequences(
        numbers=_leading_to(extension=extension),
        overflowing=_overflowing_to(overflow_extension=extension),
        sessions=owned.count(),
    )
    consequences.stuck = owned.exclude(queue__in=MessageQueue.objects.live()).count()
    ends = _("The user “%s” can’t log in until you activate the extension again.") % isolated(
        extension.user.username
    )
    consequences.ends.append(ends)
    for queue in extension.queues.live():
        others = queue.agents.live().filter(user__is_active=True).exclude(pk=extension.pk)
        if not others.exists():
            consequences.ends.append(_("Nobody else answers in the message queue %s.") % isolated(queue))
    return consequences


def _of_queue(queue: MessageQueue) -> Consequences:
    waiting = MessagingSession.objects.waiting().filter(queue=queue).count()
    consequences = Consequences(
        numbers=_leading_to(queue=queue),
        overflowing=_overflowing_to(overflow_queue=queue),
        sessions=waiting,
        stuck=waiting,
    )
    consequences.ends.append(_("Its agents stay, and keep the sessions that they picked up."))
    return consequences


def _leading_to(**destination: Extension | MessageQueue) -> list[Number]:
    return list(Number.objects.live().filter(**destination).select_related("channel").order_by("address"))


def _overflowing_to(**destination: Extension | MessageQueue) -> list[MessageQueue]:
    return list(MessageQueue.objects.live().filter(**destination))


def open_of_channel(channel: Channel) -> QuerySet[MessagingSession]:
    return MessagingSession.objects.open().filter(number__channel=channel)


def waiting_of(channel: Channel | OuterRef) -> QuerySet[Attempt]:
    """What is to be sent from the channel's numbers; those that moved away take theirs along."""
    return Attempt.objects.filter(lane__number__channel=channel, status__in=WAITING)
