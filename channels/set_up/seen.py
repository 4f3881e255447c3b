"""What sessions have seen of a channel, and what stands by, as results of the set-up check. Not stored."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels.itsp import ITSPS
from channels.itsp.set_up import Check, CheckOutcome
from channels.models import Channel, OptOutReading, SetUpResult
from channels.standby import Standby

REPORTS_COME_WITHIN = timedelta(minutes=10)
READ_WITHIN = timedelta(minutes=1)  # a list of opt-outs, after a set-up check


def results(channel: Channel) -> list[SetUpResult]:
    reads = ITSPS[channel.itsp].can_list_opt_outs
    reading = OptOutReading.objects.filter(channel=channel).first() if reads else None
    opt_outs = [_opt_outs(channel, reading)] if reading else []
    return [*opt_outs, _inbound(channel), _callbacks(channel)]


def standby(one: Standby) -> SetUpResult:
    """Whether it would work, or works now."""
    result = _seen(one.number.channel, Check.STANDBY, one.outcome, one.why, one.what_to_do)
    result.number = one.number
    result.standby = one  # type: ignore[attr-defined]
    return result


def is_awaited(channel: Channel) -> bool:
    """Whether a list of opt-outs is being read, for which the check has just asked."""
    finished = channel.check_finished_at
    if finished is None or timezone.now() - finished > READ_WITHIN:
        return False
    unread = OptOutReading.objects.filter(channel=channel, reason="")
    return unread.exclude(whole_since__gte=finished).exists()


def _opt_outs(channel: Channel, reading: OptOutReading) -> SetUpResult:
    """Whom the ITSP blocks by its own list, compared with the ledger."""
    at, untold = reading.whole_since, CheckOutcome.CANNOT_TELL
    if reading.reason:
        why = _("The ITSP’s own list of opt-outs can’t be read: %(reason)s") % {"reason": reading.reason}
        return _seen(channel, Check.OPT_OUTS, untold, why, _("It is asked for again by itself."), at=at)
    if at is None:
        return _seen(channel, Check.OPT_OUTS, untold, _("The ITSP’s own list of opt-outs is being read."))
    if reading.only_theirs:
        return _blocked(channel, reading)
    if reading.found_unreadable:
        why = ngettext(
            "%(count)d entry of the ITSP’s list of opt-outs names no phone number.",
            "%(count)d entries of the ITSP’s list of opt-outs name no phone number.",
            reading.found_unreadable,
        )
        what_to_do = _("Look at the list at the ITSP, and add who is missing at Messaging > Opt-outs.")
        why %= {"count": reading.found_unreadable}
        return _seen(channel, Check.OPT_OUTS, untold, why, what_to_do, at=at)
    return _seen(channel, Check.OPT_OUTS, CheckOutcome.PASS, _agreement(reading), at=at)


def _blocked(channel: Channel, reading: OptOutReading) -> SetUpResult:
    why = ngettext(
        "The ITSP blocks %(count)d contact who has opted in again here: it lets no text through.",
        "The ITSP blocks %(count)d contacts who have opted in again here: it lets no text through.",
        reading.only_theirs,
    ) % {"count": reading.only_theirs}
    what_to_do = _(
        "Ask them to text START to the number, or have the ITSP take them off its list. Messaging > Opt-outs "
        "shows who they are."
    )
    return _seen(channel, Check.OPT_OUTS, CheckOutcome.FAIL, why, what_to_do, at=reading.whole_since)


def _agreement(reading: OptOutReading) -> str:
    said = [_("Whoever the ITSP’s own list blocks is opted out here, too.")]
    if reading.found_new:
        said.append(
            ngettext(
                "%(count)d contact was missing here, and is recorded now.",
                "%(count)d contacts were missing here, and are recorded now.",
                reading.found_new,
            )
            % {"count": reading.found_new}
        )
    if reading.only_ours:
        said.append(
            ngettext(
                "%(count)d contact who opted out here is not in its list: PBX sends them nothing anyway.",
                "%(count)d contacts who opted out here are not in its list: PBX sends them nothing anyway.",
                reading.only_ours,
            )
            % {"count": reading.only_ours}
        )
    return " ".join(said)


def _inbound(channel: Channel) -> SetUpResult:
    at = channel.last_inbound_at
    if at:
        return _seen(channel, Check.INBOUND, CheckOutcome.PASS, _("Texts reach PBX."), at=at)
    why = _("No text has arrived yet.")
    what_to_do = _("Send a text to the number from any phone.")
    return _seen(channel, Check.INBOUND, CheckOutcome.CANNOT_TELL, why, what_to_do)


def _callbacks(channel: Channel) -> SetUpResult:
    """They are reported per text; a channel that sent nothing has none."""
    at, waiting = channel.last_callback_at, channel.unreported_since
    overdue = waiting and timezone.now() - waiting > REPORTS_COME_WITHIN
    if overdue:
        why = _("Messages were sent, but the ITSP has not reported on them for more than ten minutes.")
        what_to_do = _("Check the address of PBX above: the ITSP must reach it.")
        return _seen(channel, Check.CALLBACKS, CheckOutcome.FAIL, why, what_to_do, at=at)
    if at:
        why = _("The ITSP reports what became of sent messages.")
        return _seen(channel, Check.CALLBACKS, CheckOutcome.PASS, why, at=at)
    why = _("The first report is awaited.") if waiting else _("No message was sent yet.")
    what_to_do = "" if waiting else _("Send a message from the inbox.")
    return _seen(channel, Check.CALLBACKS, CheckOutcome.CANNOT_TELL, why, what_to_do)


def _seen(
    channel: Channel,
    check: Check,
    outcome: CheckOutcome,
    why: str,
    what_to_do: str = "",
    *,
    at: datetime | None = None,
) -> SetUpResult:
    """Not stored: it is true at the moment."""
    return SetUpResult(
        channel=channel,
        check_name=check,
        outcome=outcome,
        why=why,
        what_to_do=what_to_do,
        happened_at=at,
        checked_at=timezone.now(),
    )
