"""How a push service knows that it is us: a signed claim for each call (RFC 8292)."""

import json
import time
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings

from sessions.models import PushKey
from sessions.push.encryption import CURVE, bytes_of, point_of, text_of

VALID_S = 12 * 3600  # services take up to a day; clocks go wrong


def own_key() -> PushKey:
    """Ours; made if there is none yet. Of two who make one at once, one is kept."""
    key = PushKey.objects.filter(pk=1).first()
    if key is None:
        made = ec.generate_private_key(CURVE)
        private = text_of(made.private_numbers().private_value.to_bytes(32, "big"))
        new = PushKey(pk=1, private=private, public=text_of(point_of(made.public_key())))
        PushKey.objects.bulk_create([new], ignore_conflicts=True)
        key = PushKey.objects.get(pk=1)
    return key


def authorization(endpoint: str) -> str:
    """The header's value for a call to an endpoint. Apple's service wants an https address as `sub`."""
    key, parts = own_key(), urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + VALID_S,
        "sub": settings.PUBLIC_URL,
    }
    head = {"typ": "JWT", "alg": "ES256"}
    signed = ".".join(text_of(json.dumps(part).encode()) for part in (head, claims))
    private = ec.derive_private_key(int.from_bytes(bytes_of(key.private), "big"), CURVE)
    r, s = decode_dss_signature(private.sign(signed.encode(), ec.ECDSA(SHA256())))
    signature = text_of(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={key.public}"
