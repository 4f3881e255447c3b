"""A channel is created, or changed as its page says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.gone import hold
from channels.actions import validity_clock
from channels.actions.checking import ask_for_first_check, note_approval, store_finding
from channels.actions.gaps import note_reconnected
from channels.actions.number_rules import store_rules
from channels.actions.status import FIELDS, set_status
from channels.itsp.set_up import Finding
from channels.models import Channel, SetUpResult, WebhookAddress
from channels.webhook import keys as webhook_keys
from channels.webhook.url import hash_of


@dataclass(frozen=True)
class Verification:
    """What the ITSP said of the credentials: the channel's status, and its reason if it isn't connected."""

    status: Channel.Status
    reason: str = ""


@transaction.atomic
def create_channel(
    *,
    token: str,
    verification: Verification,
    rules: Iterable[Mapping[str, Any]],
    approved: Sequence[Finding] = (),
    **values: Any,
) -> Channel:
    """`values`: the fields of `ChannelForm`, and credentials; `rules`: of `NumberRuleForm`. `approved`: of
    its numbers, whose changes an admin wants made at the ITSP.

    Raises `IntegrityError` when the name, a number or the token is taken meanwhile.
    """
    channel = Channel(**values)
    set_status(channel, verification.status, verification.reason)
    channel.save()
    _keep_clock(channel)
    WebhookAddress.objects.create(channel=channel, token=token, token_hash=hash_of(token))
    store_rules(channel, rules)
    transaction.on_commit(lambda: webhook_keys.remember(channel.webhook_addresses.all()))
    ask_for_first_check(channel, _stored(channel, approved))
    return channel


def _stored(channel: Channel, approved: Sequence[Finding]) -> list[SetUpResult]:
    numbers = {number.address: number for number in channel.numbers.live()} if approved else {}
    results = [store_finding(channel, numbers[finding.number], finding) for finding in approved]
    for result in results:
        note_approval(result)
    return results


@transaction.atomic
def update_channel(
    channel: Channel, *, verification: Verification, rules: Iterable[Mapping[str, Any]], **values: Any
) -> Channel:
    """As `create_channel`; a number without a rule is archived. Raises `Gone`, too."""
    hold(channel)
    stored = Channel.objects.get(pk=channel.pk)
    for field, value in values.items():
        setattr(channel, field, value)
    set_status(channel, verification.status, verification.reason)
    if stored.credentials != channel.credentials:
        channel.credentials_changed_at = timezone.now()
    channel.save(update_fields=[*values, *FIELDS, "credentials_changed_at"])
    _note_gap(stored, channel)
    _keep_clock(channel)
    store_rules(channel, rules)
    transaction.on_commit(lambda: webhook_keys.remember(channel.webhook_addresses.all()))
    ask_for_first_check(channel)
    return channel


def _note_gap(before: Channel, after: Channel) -> None:
    """While the credentials were others, or the ITSP refused them, texts may have been rejected."""
    was_failing = before.status == Channel.Status.FAILING
    is_mended = was_failing or before.credentials != after.credentials
    if is_mended and after.status == Channel.Status.CONNECTED:
        note_reconnected(before)


def _keep_clock(channel: Channel) -> None:
    if channel.status == Channel.Status.FAILING:
        validity_clock.hold(channel)
    else:
        validity_clock.release(channel)
