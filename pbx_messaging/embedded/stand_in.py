"""What a demo does at the stand-in for the ITSPs, in a person's place: buys a number, texts from phones."""

import base64
import json
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Filled:
    """A field of the credentials form."""

    name: str
    label: str
    value: str


@dataclass(frozen=True)
class Login:
    """What a channel at an ITSP is set up with; `itsp` is its code."""

    itsp: str
    name: str
    fields: list[Filled]

    @property
    def credentials(self) -> dict[str, str]:
        return {field.name: field.value for field in self.fields}


@dataclass(frozen=True)
class StandIn:
    """By its control API at `url`. Raises `OSError`."""

    url: str

    def logins(self) -> list[Login]:
        """Of the ITSPs that it plays; numbers are bought at the first."""
        return [
            Login(told["itsp"], told["name"], [Filled(**field) for field in told["fields"]])
            for told in self._call("/control/state")["logins"]
        ]

    def buy(self, number: str) -> None:
        self._call("/control/numbers", {"address": number})

    def text(self, body: str, *, sender: str, to: str, picture: bytes = b"") -> None:
        """Returns when the webhook was answered."""
        media = (
            [{"content_type": "image/jpeg", "data": base64.b64encode(picture).decode()}] if picture else []
        )
        self._call("/control/inbound", {"from": sender, "to": to, "body": body, "media": media})

    def lead(self, *, former: str, now: str) -> None:
        """Webhooks at an earlier address of the product follow it to the present one."""
        for number in self._call("/control/numbers")["numbers"]:
            named = {field: number[field] or "" for field in ("sms_url", "sms_fallback_url")}
            moved = {
                field: now + url.removeprefix(former)
                for field, url in named.items()
                if url.startswith(f"{former}/w/")
            }
            if moved:
                self._call("/control/numbers", {"address": number["address"], **moved})

    def undeliver_next(self, *, to: str) -> None:
        """The next text to this phone does not arrive."""
        self._call("/control/faults", {"kind": "undeliver", "count": 1, "to": to})

    def _call(self, path: str, said: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if said is None else json.dumps(said).encode()
        headers = {"Content-Type": "application/json"}
        call = urllib.request.Request(f"{self.url}{path}", data, headers)  # noqa: S310  our own process
        with urllib.request.urlopen(call, timeout=20) as answer:  # noqa: S310
            read: dict[str, Any] = json.load(answer)
            return read
