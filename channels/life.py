"""What becomes of a saved channel: disabled and enabled again, drained, given another Webhook URL."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from channels.models import Channel, WebhookAddress
from channels.set_up import preflight
from channels.webhook import keys as webhook_keys
from channels.webhook.url import current_address, hash_of, new_token


@transaction.atomic
def disable(channel: Channel) -> None:
    """It takes no new outbound texts. Inbound ones are routed as before, and what waits is sent."""
    locked = _locked(channel)
    locked.disabled_at = locked.disabled_at or timezone.now()
    locked.save(update_fields=["disabled_at"])


@transaction.atomic
def enable(channel: Channel) -> None:
    """Also ends its draining."""
    locked = _locked(channel)
    locked.disabled_at = locked.draining_since = None
    locked.save(update_fields=["disabled_at", "draining_since"])


@transaction.atomic
def drain(channel: Channel) -> None:
    """Disabled now, and deleted by beat once nothing waits to be sent."""
    locked = _locked(channel)
    locked.disabled_at = locked.disabled_at or timezone.now()
    locked.draining_since = locked.draining_since or timezone.now()
    locked.save(update_fields=["disabled_at", "draining_since"])


@transaction.atomic
def renew_webhook(channel: Channel, *, instead_of: int, overlap: timedelta, by: User) -> bool:
    """A new address; the present one (`instead_of`) works for the overlap. False if it was done already."""
    locked = _locked(channel)
    present = current_address(locked)
    if present is None or present.pk != instead_of:
        return False
    present.expires_at = timezone.now() + overlap
    present.save(update_fields=["expires_at"])
    token = new_token(by)
    WebhookAddress.objects.create(channel=locked, token=token, token_hash=hash_of(token))
    transaction.on_commit(lambda: webhook_keys.remember(locked.webhook_addresses.all()))
    transaction.on_commit(lambda: preflight.ask(locked))
    return True


def _locked(channel: Channel) -> Channel:
    return Channel.objects.live().select_for_update(no_key=True).get(pk=channel.pk)
