"""The address under which a channel's webhook answers.

A token is user id (6 bytes), chance (12) and a signature over both (12), in URL-safe base64: 40
characters. So a form's token is bound to the user who opened the form, and a text that reaches the URL
of a form that was never saved can be told from a stranger's, without storing anything.
"""

import base64
import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from channels.itsp.base import Itsp
from channels.models import Channel, WebhookAddress
from pbx_messaging.signatures import is_signature, sign

_PURPOSE = b"channels.webhook_url"
_USER_BYTES, _CHANCE_BYTES, _SIGNATURE_BYTES = 6, 12, 12


def new_token(user: AbstractBaseUser) -> str:
    signed = int(user.pk).to_bytes(_USER_BYTES, "big") + secrets.token_bytes(_CHANCE_BYTES)
    signature = sign(signed, purpose=_PURPOSE, length=_SIGNATURE_BYTES)
    return base64.urlsafe_b64encode(signed + signature).decode()


def is_valid_for(token: str, user: AbstractBaseUser) -> bool:
    """True if the token was made by us for a form of this user."""
    return issued_to(token) == int(user.pk)


def issued_to(token: str) -> int | None:
    """The id of the user whose form the token was made for; None if it isn't ours."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return None
    signed, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    if len(signed) != _USER_BYTES + _CHANCE_BYTES or not is_signature(signature, signed, purpose=_PURPOSE):
        return None
    return int.from_bytes(signed[:_USER_BYTES], "big")


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def callback_url(token: str) -> str:
    """Where an ITSP posts to, without anything that only the ITSP's portal reads."""
    return f"{settings.PUBLIC_URL}/w/{token}/"


def webhook_url(token: str, itsp: Itsp) -> str:
    """What an admin copies into the ITSP's portal: with the ITSP's connection overrides."""
    return callback_url(token) + itsp.webhook_overrides


def webhook_url_of(channel: Channel, itsp: Itsp) -> str:
    """The present one of a saved channel."""
    address = current_address(channel)
    return webhook_url(address.token, itsp) if address else ""


def channel_name_at(url: str) -> str:
    """Whose Webhook URL that is, with or without connection overrides; "" if it is none of ours."""
    bare = url.partition("#")[0]
    if not bare.startswith(f"{settings.PUBLIC_URL}/"):
        return ""
    token = bare.removeprefix(callback_url("").removesuffix("/")).strip("/")
    address = WebhookAddress.objects.select_related("channel").filter(token_hash=hash_of(token)).first()
    return address.channel.recorded_name if address and bare == callback_url(token) else ""


def current_address(channel: Channel) -> WebhookAddress | None:
    """The one that is not being replaced."""
    return channel.webhook_addresses.filter(expires_at=None).order_by("-pk").first()
