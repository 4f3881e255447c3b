"""What of the set-up is not finished, as steps with links."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.directions import isolated
from accounts.models import User
from channels.models import Channel, Number
from channels.standby import failed_checks
from health.alarms.telling import reaches
from routing.models import Extension, MessageQueue

CHANNELS_SHOWN = 5
SHARED_BY = 2  # agents; who is alone needs no queue


@dataclass(frozen=True)
class Step:
    """`words` say why, where the title does not."""

    title: str
    url: str
    words: str = ""
    is_done: bool = False


def steps_for(user: User) -> list[Step]:
    """[] once all is done. While the first text has not come, with those that are done."""
    if not user.is_administrator:
        return []
    channels = list(_used()[: CHANNELS_SHOWN + 1])
    if not any(channel.last_inbound_at for channel in channels):
        return [*_first_steps(channels), *_of_alarms(user)]
    left = [step for channel in channels[:CHANNELS_SHOWN] for step in _left_of(channel)]
    return [*left, *_of_alarms(user)]


def _used() -> QuerySet[Channel]:
    """With what each lacks; those that never had a text come first."""
    carries = Q(channel=OuterRef("pk")) | Q(standby=OuterRef("pk"))
    live = Number.objects.live().filter(carries)
    used = Channel.objects.live().filter(disabled_at=None).defer("credentials")
    found = used.annotate(has_numbers=Exists(live), failed_checks=failed_checks())
    return found.order_by("last_inbound_at", "name")


def _first_steps(channels: list[Channel]) -> list[Step]:
    """From nothing to the first text, with the channel that is nearest to it."""
    agents = Extension.objects.live().count()
    queue = MessageQueue.objects.live().exists()
    channel = min(channels, key=_steps_left, default=None)
    steps = [
        Step(_("Add the people"), reverse("extension-add"), _("An extension with a login each."), agents > 0)
    ]
    if agents >= SHARED_BY or queue:
        words = _("Where several agents share the texts of a number.")
        steps.append(Step(_("Add a message queue"), reverse("queue-add"), words, queue))
    add = _("With its credentials; where the ITSP lists the account’s numbers, they are there to tick.")
    steps.append(Step(_("Add an SMS channel"), reverse("channel-add"), add, channel is not None))
    left = _left_of(channel) if channel else []
    return [*steps, *(left or [Step(_("Text the number"), reverse("channel-list"))])]


def _steps_left(channel: Channel) -> int:
    return len(_left_of(channel))


def _left_of(channel: Channel) -> list[Step]:
    page, named = reverse("channel-edit", args=[channel.pk]), {"name": isolated(channel.name)}
    if not channel.has_numbers:  # type: ignore[attr-defined]
        words = _("No text can reach it, and none can leave.")
        return [Step(_("Give “%(name)s” a number") % named, f"{page}?tab=messaging#rule-add", words)]
    steps = []
    if count := channel.failed_checks:  # type: ignore[attr-defined]
        words = ngettext("%(n)d check fails.", "%(n)d checks fail.", count) % {"n": count}
        steps.append(Step(_("Finish the set-up of “%(name)s”") % named, f"{page}#set-up-check", words))
    if channel.last_inbound_at is None:
        words = _("From any phone: its page says which number, and when the text has arrived.")
        steps.append(Step(_("Text “%(name)s” for the first time") % named, page, words))
    return steps


def _of_alarms(user: User) -> list[Step]:
    if reaches(user):
        return []
    words = _("Nobody tells you now when something fails: no e-mail, no device and no webhook is known.")
    return [Step(_("Say how alarms reach you"), reverse("alarms"), words)]
