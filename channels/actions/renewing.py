"""A channel gets another Webhook URL."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from channels.actions.checking import ask_for_first_check
from channels.models import Channel, WebhookAddress
from channels.webhook import keys as webhook_keys
from channels.webhook.url import current_address, hash_of, new_token


@transaction.atomic
def renew_webhook(channel: Channel, *, instead_of: int, overlap: timedelta, by: User) -> bool:
    """A new address; the present one (`instead_of`) works for the overlap. False if it was done already."""
    locked = Channel.objects.live().select_for_update(no_key=True).get(pk=channel.pk)
    present = current_address(locked)
    if present is None or present.pk != instead_of:
        return False
    present.expires_at = timezone.now() + overlap
    present.save(update_fields=["expires_at"])
    token = new_token(by)
    WebhookAddress.objects.create(channel=locked, token=token, token_hash=hash_of(token))
    transaction.on_commit(lambda: webhook_keys.remember(locked.webhook_addresses.all()))
    ask_for_first_check(locked)
    return True
