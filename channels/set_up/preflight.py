"""The set-up check of a channel: the setup guide's procedure as live checks, stored one by one.

Asked for on save, by a button and daily (`channels.actions.checking`); run by a worker.
"""

import time
from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from channels import actions
from channels.itsp import ITSPS
from channels.itsp.base import Itsp
from channels.itsp.errors import ItspError
from channels.itsp.set_up import Change, Check, CheckOutcome, Finding, SetUp
from channels.models import Channel, Number, SetUpResult
from channels.phone_numbers import country_of
from channels.set_up import public_address
from channels.webhook.url import channel_name_at, webhook_url_of
from pbx_messaging.outside.shares import Shares

DAILY = timedelta(hours=24)
LONGEST_RUN = timedelta(minutes=3)  # then the worker was lost, or never came
DUE_AT_ONCE, BUDGET_S = 100, 45.0  # of one call by beat, once a minute


shares = Shares(in_all=2, each=1)

# --- which are due ---


def run_due() -> int:
    """Runs what beat has to see to, one after the other, so that a slow ITSP holds one worker thread only.

    Returns how many.
    """
    end, count = time.monotonic() + BUDGET_S, 0
    due = _due().only("check_asked_at")
    for channel in due.order_by(F("check_asked_at").asc(nulls_first=True))[:DUE_AT_ONCE]:
        if time.monotonic() > end:
            break
        if actions.claim_check(channel):
            run(channel.pk)
            count += 1
    return count


def _due() -> QuerySet[Channel]:
    """Checked a day ago, or asked for and lost, or never asked for."""
    now = timezone.now()
    old = Q(check_finished_at__gte=F("check_asked_at"), check_finished_at__lte=now - DAILY)
    unfinished = Q(check_finished_at=None) | Q(check_finished_at__lt=F("check_asked_at"))
    lost = unfinished & Q(check_asked_at__lte=now - LONGEST_RUN)
    return _live().filter(Q(check_asked_at=None) | old | lost | _recheck_is_due())


def rechecks() -> QuerySet[Channel]:
    """Those that are not connected, and may be by now."""
    return _live().filter(_recheck_is_due())


def _recheck_is_due() -> Q:
    """Not while a run is under way: it decides."""
    is_over = Q(check_finished_at__gte=F("check_asked_at"))
    waited = Q(recheck_at=None) | Q(recheck_at__lte=timezone.now())
    return is_over & waited & ~Q(status=Channel.Status.CONNECTED)


def is_running(channel: Channel) -> bool:
    asked = channel.check_asked_at
    return bool(asked and not _has_finished(channel) and timezone.now() - asked < LONGEST_RUN)


def is_stalled(channel: Channel) -> bool:
    """True if a run was asked for and no worker finished it."""
    return bool(channel.check_asked_at and not _has_finished(channel) and not is_running(channel))


def _has_finished(channel: Channel) -> bool:
    asked, finished = channel.check_asked_at, channel.check_finished_at
    return bool(asked and finished and finished >= asked)


def _live() -> QuerySet[Channel]:
    return Channel.objects.live().filter(itsp__in=ITSPS)


# --- a worker's part ---


def run(channel_id: int) -> bool:
    """Asks the ITSP and ourselves, and stores each answer as it comes. False if no thread is free for it."""
    with shares.of(channel_id) as mine:
        if mine:
            _run(channel_id)
    return mine


def _run(channel_id: int) -> None:
    channel = _live().filter(pk=channel_id).first()
    if channel is None:
        return
    began = timezone.now()
    carried = Number.objects.carried_by([channel]).filter(archived_at=None).order_by("address")
    numbers = {number.address: number for number in carried}
    findings = []
    for finding in _findings(channel, list(numbers)):
        actions.store_finding(channel, numbers.get(finding.number), finding)
        findings.append(finding)
    actions.drop_findings(channel, before=began)
    own = {number.address for number in carried if number.channel_id == channel.pk}
    _obey(channel, [one for one in findings if not one.number or one.number in own])
    actions.finish_check(channel)
    actions.ask_for_opt_outs(channel)


def _findings(channel: Channel, numbers: list[str]) -> Iterator[Finding]:
    itsp = ITSPS[channel.itsp]
    yield from itsp.check_set_up(channel.credentials, _set_up(channel, itsp, numbers))
    yield public_address.check(itsp)


def _set_up(channel: Channel, itsp: Itsp, numbers: list[str]) -> SetUp:
    url, countries = webhook_url_of(channel, itsp), sorted(countries_of(channel))
    return SetUp(numbers, url, countries, channel_at=channel_name_at)


def countries_of(channel: Channel) -> set[str]:
    """Which countries it texts to: its contacts' and its own numbers'."""
    addresses = channel.numbers.live().values_list("address", flat=True)
    own = {country_of(address) for address in addresses}
    return own.union(channel.contact_countries.values_list("code", flat=True)) - {""}


def _obey(channel: Channel, findings: list[Finding]) -> None:
    """The channel's status follows what the ITSP says of its account and its own numbers."""
    stopped = next((finding for finding in findings if finding.stops), None)
    if stopped:
        actions.stop_channel(channel.pk, reason=stopped.why)
        if channel.status != Channel.Status.CONNECTED and _may_connect(channel):
            actions.put_off_recheck(channel)
        return
    essential = [one for one in findings if _is_essential(one)]
    usable = all(finding.outcome is CheckOutcome.PASS for finding in essential)
    if channel.status == Channel.Status.CONNECTED or not _may_connect(channel):
        return
    if essential and usable:
        actions.reconnect_channel(channel)
    else:
        actions.put_off_recheck(channel)


def _is_essential(finding: Finding) -> bool:
    """A short code is in no ITSP's list of numbers, so that nothing can be told of it."""
    if finding.check == Check.CREDENTIALS:
        return True
    return finding.check in {Check.OWNED, Check.CAPABLE} and finding.number.startswith("+")


def _may_connect(channel: Channel) -> bool:
    """Not the check that is made when the ITSP has just refused a text: it only says what is wrong."""
    return channel.recheck_at is None or channel.recheck_at <= timezone.now()


# --- fixing ---


def fix(channel_id: int, approved: Mapping[str, str]) -> bool:
    """Makes the changes that an admin approved, by results' ids their `changes_digest`, and checks again.

    Nothing is changed if they are no longer those that he saw, here or at the ITSP. False if no thread is
    free for it.
    """
    with shares.of(channel_id) as mine:
        if mine:
            _fix(channel_id, approved)
    return mine


def _fix(channel_id: int, approved: Mapping[str, str]) -> None:
    results = SetUpResult.objects.select_related("channel", "number").filter(channel__archived_at=None)
    refused: list[tuple[SetUpResult, ItspError]] = []
    for result in results.filter(channel=channel_id, pk__in=approved, number__isnull=False).order_by("pk"):
        try:
            if result.number and result.changes_digest == approved[str(result.pk)]:
                _make_changes(result, result.number)
        except ItspError as error:
            refused.append((result, error))
    if refused and refused[0][0].channel.check_finished_at:  # all else is known
        actions.finish_check(refused[0][0].channel)
    else:
        _run(channel_id)
    for result, refusal in refused:
        actions.note_unfixed(result, refusal)


def _make_changes(result: SetUpResult, number: Number) -> None:
    channel, itsp = result.channel, ITSPS[result.channel.itsp]
    changes = [Change(**change) for change in result.changes]
    set_up = _set_up(channel, itsp, [number.address])
    itsp.fix(channel.credentials, set_up, number=number.address, approved=changes)
