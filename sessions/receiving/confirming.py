"""Confirms a contact's STOP or START where the ITSP leaves that to us: once, at once, never to a machine.

US rules allow one text after a STOP, within five minutes. So what was kept back is not confirmed, and what
can't leave soon expires: see `sending.validity`.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.itsp import ITSPS
from channels.models import Channel, Number
from sessions.models import MessagingSession, OptOutEntry
from sessions.receiving.automatic_replies import LOOP, may_be_a_person
from sessions.sending import automatic

FRESH = timedelta(minutes=1)  # with `ledger.CONFIRMED_WITHIN`, five minutes


def confirm(session: MessagingSession, number: Number, entry: OptOutEntry, *, by: Channel) -> None:
    """In the transaction that stores the entry, under the locks of its session and lane.

    `by`: the channel that the wish came by.
    """
    if ITSPS[by.itsp].answers_stop(number.address) or timezone.now() - entry.at > FRESH:
        return
    if may_be_a_person(entry.contact) and not _was_confirmed(entry):
        automatic.write(session, number, _words(number, entry), confirms=True)


def _was_confirmed(entry: OptOutEntry) -> bool:
    """A moment ago: who changes their mind so often is a machine."""
    same = OptOutEntry.objects.filter(
        number=entry.number_id, contact=entry.contact, opted_out=entry.opted_out
    )
    return same.filter(at__gt=timezone.now() - LOOP).exclude(pk=entry.pk).exists()


def _words(number: Number, entry: OptOutEntry) -> str:
    who = settings.BUSINESS_NAME or number.channel.name
    if entry.opted_out:
        words = _(
            "%(who)s: You are opted out and will get no more texts from this number. Text START to opt in "
            "again, or HELP for help."
        )
    else:
        words = _(
            "%(who)s: You will get texts from this number again. Text STOP to opt out, or HELP for help."
        )
    return words % {"who": who}
