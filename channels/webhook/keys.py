"""What verifying a webhook request needs, kept in Redis too, for the time when the database is away.

Token hash → ITSP and encrypted credentials. Written when a channel is saved, refilled by beat.
"""

import json
import logging
from collections.abc import Collection, Iterable

from cryptography.fernet import InvalidToken
from django.utils import timezone
from redis import RedisError

from channels.itsp import ITSPS
from channels.itsp.base import Credentials, Itsp
from channels.models import WebhookAddress
from channels.webhook import url as webhook_url
from pbx_messaging.encryption import decrypt, encrypt
from pbx_messaging.redis import redis_client

logger = logging.getLogger(__name__)

KEY = "webhook:keys"
Known = tuple[Itsp, Credentials]


def remember_all() -> None:
    """Writes every live channel's keys, and drops those that are no longer valid."""
    live = WebhookAddress.objects.filter(channel__archived_at=None).select_related("channel")
    entries = {address.token_hash: _entry(address) for address in live.exclude(expires_at__lt=timezone.now())}
    with redis_client().pipeline() as pipeline:
        pipeline.delete(KEY)
        for token_hash, entry in entries.items():
            pipeline.hset(KEY, token_hash, entry)
        pipeline.execute()


def remember(addresses: Iterable[WebhookAddress]) -> None:
    """Writes a channel's keys after it was saved; if Redis is away, beat does it later."""
    try:
        for address in addresses:
            redis_client().hset(KEY, address.token_hash, _entry(address))
    except RedisError as error:
        logger.warning("a channel's webhook keys are written later: %s", error)


def find(tokens: Collection[str]) -> dict[str, Known]:
    """The ITSPs and credentials of the channels under these tokens. Raises `redis.RedisError`."""
    if not tokens:
        return {}
    entries = redis_client().hmget(KEY, [webhook_url.hash_of(token) for token in tokens])
    read = {token: _read(entry) for token, entry in zip(tokens, entries, strict=True) if entry}
    return {token: known for token, known in read.items() if known}


def _read(entry: bytes | str) -> Known | None:
    known = json.loads(entry)
    try:
        return ITSPS[known["itsp"]], json.loads(decrypt(known["credentials"]))
    except InvalidToken:  # CREDENTIALS_KEYS changed since; the database will tell
        return None


def _entry(address: WebhookAddress) -> str:
    channel = address.channel
    return json.dumps({"itsp": channel.itsp, "credentials": encrypt(json.dumps(channel.credentials))})
