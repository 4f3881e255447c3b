"""The set-up check asked for, its findings stored, its end noted.

`check_asked_at` and `check_finished_at` of the channel say whether a run is under way; one that was asked
for earlier does not end a later one.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts import audit
from channels.actions.gaps import note_gap
from channels.itsp import check_words
from channels.itsp.errors import ItspError
from channels.itsp.said import by_itsp
from channels.itsp.set_up import Check, CheckOutcome, Finding
from channels.models import Channel, FetchGap, Number, SetUpResult
from pbx_messaging.nudges import nudge

LEADS_TEXTS_TO_US = frozenset({Check.WEBHOOK, Check.OVERRIDE})


def ask_for_check(channel: Channel) -> None:
    """Has all checks run soon, also if a run is under way: what it checks may have changed."""
    Channel.objects.filter(pk=channel.pk).update(check_asked_at=timezone.now())
    nudge("channels.tasks.check_set_up", channel.pk)


def ask_for_first_check(channel: Channel, fixes: Sequence[SetUpResult] = ()) -> None:
    """As the channel is now, it was never checked. Within the transaction that changes it.

    `fixes`: whose changes are made before.
    """
    Channel.objects.filter(pk=channel.pk).update(check_asked_at=timezone.now(), check_finished_at=None)
    if fixes:
        transaction.on_commit(lambda: _nudge_fixes(fixes))
    else:
        transaction.on_commit(lambda: nudge("channels.tasks.check_set_up", channel.pk))


def ask_for_check_now(channel: Channel) -> None:
    """An admin's wish: if all is right, the channel is connected by it, whenever that would be due."""
    unwell = Channel.objects.filter(pk=channel.pk).exclude(status=Channel.Status.CONNECTED)
    unwell.update(recheck_at=timezone.now())
    ask_for_check(channel)


def ask_for_fix(result: SetUpResult) -> None:
    """Has the changes of the result made, as they are now."""
    note_approval(result)
    now, channels = timezone.now(), Channel.objects.filter(pk=result.channel_id)
    channels.exclude(status=Channel.Status.CONNECTED).update(recheck_at=now)
    channels.update(check_asked_at=now)
    _nudge_fixes([result])


def note_approval(result: SetUpResult) -> None:
    """An admin wants its changes made."""
    changed: audit.Changes = {change["label"]: {} for change in result.changes}  # their values are secrets
    audit.note(result.number or result.channel, audit.Action.FIXED, changes=changed)


def _nudge_fixes(results: Sequence[SetUpResult]) -> None:
    """Of one channel."""
    approved = {str(result.pk): result.changes_digest for result in results}
    nudge("channels.tasks.fix_set_up", results[0].channel_id, approved)


def claim_check(channel: Channel) -> bool:
    """Asks for a run that the caller does at once; False if somebody else asked for one meanwhile."""
    mine = Channel.objects.filter(pk=channel.pk, check_asked_at=channel.check_asked_at)
    return bool(mine.update(check_asked_at=timezone.now()))


def store_finding(channel: Channel, number: Number | None, finding: Finding) -> SetUpResult:
    """Where a number's webhook was wrong and is right now, what came meanwhile is asked for."""
    now, passes = timezone.now(), finding.outcome is CheckOutcome.PASS
    before = channel.set_up_results.filter(check_name=finding.check, number=number).first()
    right_until = now if passes or before is None else before.right_until
    values = {
        "outcome": finding.outcome,
        "why": finding.why,
        "what_to_do": finding.what_to_do,
        "link": finding.link,
        "changes": finding.stored_changes,
        "happened_at": finding.at,
        "checked_at": now,
        "right_until": right_until,
    }
    if passes and before and before.outcome == CheckOutcome.FAIL and finding.check in LEADS_TEXTS_TO_US:
        since = before.right_until or before.checked_at
        note_gap([channel.pk], since=since, cause=FetchGap.Cause.WEBHOOK)
    results = channel.set_up_results
    result, _created = results.update_or_create(check_name=finding.check, number=number, defaults=values)
    return result


def drop_findings(channel: Channel, *, before: datetime) -> None:
    """Those of earlier runs that this one did not find again."""
    channel.set_up_results.filter(checked_at__lt=before).delete()


def finish_check(channel: Channel) -> None:
    """Unless another run was asked for since the channel was read."""
    this = Channel.objects.filter(pk=channel.pk, check_asked_at=channel.check_asked_at)
    this.update(check_finished_at=timezone.now())


def note_unfixed(result: SetUpResult, error: ItspError) -> None:
    """The changes of the result could not be made; what was found meanwhile stands."""
    why = check_words.UNFIXED(reason=by_itsp(result.channel.itsp, error.code, error.reason))
    still = SetUpResult.objects.filter(pk=result.pk, outcome=result.outcome)
    still.update(outcome=CheckOutcome.FAIL, why=why, checked_at=timezone.now())
