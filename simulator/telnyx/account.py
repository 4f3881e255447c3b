"""The one Telnyx account: its key, its key pair, its messaging profiles. Kept among the records of faces."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simulator.state import State

# Constants, so that a product which is set up once keeps working after the simulator is restarted.
API_KEY = "KEY0151A051A051A051A0_51a051a051a051a051a051"
SEED = bytes.fromhex("7e19" * 16)
PROFILE_ID = "40017e19-51a0-4e19-851a-0051a07e1951"
ORGANIZATION_ID = "0c1a51a0-7e19-4051-a051-7e1951a00e19"

_ACCOUNT, _PROFILE = "telnyx/account", "telnyx/profile/"
PROFILE_FIELDS: dict[str, Any] = {
    "name": "Messaging profile",
    "enabled": True,
    "webhook_url": "",
    "webhook_failover_url": "",
    "webhook_api_version": "2",
    "whitelisted_destinations": ["*"],
    "daily_spend_limit": None,
    "daily_spend_limit_enabled": False,
    "smart_encoding": False,
    "mms_fall_back_to_sms": False,
    "mms_transcoding": False,
    "mobile_only": False,
}


class TelnyxAccount:
    """Made of what is kept, which may be forgotten and loaded at any time."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def api_key(self) -> str:
        return str(self._kept.get("api_key", API_KEY))

    @property
    def private_key(self) -> Ed25519PrivateKey:
        seed = bytes.fromhex(self._kept.get("seed", SEED.hex()))
        return Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> str:
        """As the portal shows it."""
        return base64.b64encode(self.private_key.public_key().public_bytes_raw()).decode()

    @property
    def campaigns(self) -> dict[str, str]:
        """Number: the status of its assignment to a 10DLC campaign."""
        return dict(self._kept.get("campaigns", {}))

    def change(self, **values: Any) -> None:
        self._state.keep_of_face(_ACCOUNT, self._kept | values)

    def profile(self, pk: str) -> dict[str, Any] | None:
        if pk == PROFILE_ID and _PROFILE + pk not in self._state.of_faces:
            return PROFILE_FIELDS | {"id": PROFILE_ID}
        return self._state.of_faces.get(_PROFILE + pk)

    def profiles(self) -> list[dict[str, Any]]:
        known = [key.removeprefix(_PROFILE) for key in self._state.of_faces if key.startswith(_PROFILE)]
        return [found for pk in dict.fromkeys([PROFILE_ID, *known]) if (found := self.profile(pk))]

    def change_profile(self, pk: str, fields: dict[str, Any]) -> dict[str, Any]:
        """ValueError for a field that profiles don't have."""
        if unknown := fields.keys() - PROFILE_FIELDS.keys():
            raise ValueError(f"A messaging profile has no {', '.join(sorted(unknown))}.")
        changed = (self.profile(pk) or PROFILE_FIELDS) | {"id": pk} | fields
        self._state.keep_of_face(_PROFILE + pk, changed)
        return changed

    @property
    def _kept(self) -> dict[str, Any]:
        return self._state.of_faces.get(_ACCOUNT, {})


def new_id() -> str:
    return str(uuid.uuid4())
