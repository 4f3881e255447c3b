"""What deleting a channel, an extension or a message queue would end, and what is in its way."""

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Role
from channels.models import Channel, Number
from routing.models import Extension, MessageQueue
from sessions.models import WAITING, Attempt, MessagingSession


@dataclass(frozen=True)
class Consequences:
    """Sentences on what deleting ends, and what must be changed first."""

    ends: list[str] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)  # lead here, and must lead elsewhere first
    hindrances: list[str] = field(default_factory=list)
    waiting: int = 0  # messages to be sent, of which one must say what becomes of them

    @property
    def is_hindered(self) -> bool:
        return bool(self.numbers or self.hindrances)


def consequences_of(subject: Channel | Extension | MessageQueue) -> Consequences:
    """What `archive_…` would do now."""
    if isinstance(subject, Channel):
        return _of_channel(subject)
    if isinstance(subject, Extension):
        return _of_extension(subject)
    return _of_queue(subject)


def _of_channel(channel: Channel) -> Consequences:
    numbers, open_ones = channel.numbers.live().count(), open_of_channel(channel).count()
    waiting = Attempt.objects.filter(lane__channel=channel, status__in=WAITING).count()
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
    ends.append(_("Its Webhook URL stops answering. Remove it on the service provider’s side."))
    return Consequences(ends, waiting=waiting)


def _of_extension(extension: Extension) -> Consequences:
    owned = MessagingSession.objects.open().filter(agent=extension)
    stuck = owned.filter(Q(queue=None) | Q(queue__archived_at__isnull=False)).count()
    returned = owned.count() - stuck
    consequences = Consequences(numbers=_leading_to(extension=extension))
    if extension.user.role == Role.AGENT:
        consequences.ends.append(_("The user “%s” can’t log in any more.") % extension.user.username)
    if returned:
        consequences.ends.append(
            ngettext(
                "%(n)d open session goes back to its message queue.",
                "%(n)d open sessions go back to their message queues.",
                returned,
            )
            % {"n": returned}
        )
    if stuck:
        text = ngettext(
            "The extension owns %(n)d open session that came to it directly. Close or transfer it first.",
            "The extension owns %(n)d open sessions that came to it directly. Close or transfer them first.",
            stuck,
        )
        consequences.hindrances.append(text % {"n": stuck})
    consequences.ends.append(_("It leaves its message queues and starts no sessions any more."))
    return consequences


def _of_queue(queue: MessageQueue) -> Consequences:
    consequences = Consequences(numbers=_leading_to(queue=queue))
    waiting = MessagingSession.objects.waiting().filter(queue=queue).count()
    if waiting:
        text = ngettext(
            "%(n)d session waits in the queue. It must be picked up or transferred first.",
            "%(n)d sessions wait in the queue. They must be picked up or transferred first.",
            waiting,
        )
        consequences.hindrances.append(text % {"n": waiting})
    consequences.ends.append(_("Its agents stay, and keep the sessions that they picked up."))
    return consequences


def _leading_to(**destination: Extension | MessageQueue) -> list[Number]:
    return list(Number.objects.live().filter(**destination).select_related("channel").order_by("address"))


def open_of_channel(channel: Channel) -> QuerySet[MessagingSession]:
    return MessagingSession.objects.open().filter(number__channel=channel)
