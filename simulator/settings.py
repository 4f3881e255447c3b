"""How the simulator behaves when no fault says otherwise; changed through /control/settings."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

CALLBACK_MODES = ("normal", "shuffled", "repeated", "late", "never")


@dataclass(slots=True)
class Settings:
    """Times in milliseconds; a pair is a range from which each message draws."""

    send_delay_ms: list[float] = field(default_factory=lambda: [100.0, 300.0])
    deliver_delay_ms: list[float] = field(default_factory=lambda: [100.0, 300.0])
    callback_statuses: list[str] = field(
        default_factory=lambda: ["sent", "delivered", "undelivered", "failed", "canceled"]
    )
    callbacks: str = "normal"
    callback_late_ms: float = 5000.0
    api_latency_ms: float = 0.0
    api_concurrency: int | None = None
    clock_behind_s: float = 0.0
    price_after_s: float = 60.0
    queue_hours: float = 10.0
    account_type: str = "Full"
    account_status: str = "active"
    owner_account_sid: str | None = None
    sub_accounts: list[dict[str, Any]] = field(default_factory=list)
    verified_recipients: list[str] = field(default_factory=list)
    blocked_prefixes: list[str] = field(default_factory=list)
    advanced_opt_out: bool = False
    verify_tls: bool = True
    balance: str = "1000.00"
    secondary_token: str = ""
    promoted_token: str = ""
    api_keys: list[str] = field(default_factory=list)
    region: str = ""
    webhook_key: str = ""
    webhook_rules: list[dict[str, Any]] = field(default_factory=list)
    webhook_settings: list[dict[str, Any]] = field(default_factory=list)

    def update(self, changes: dict[str, Any]) -> None:
        """Take all changes or, with a ValueError in words, none."""
        types = {f.name: str(f.type) for f in fields(self)}
        checked = {name: _checked(name, types.get(name, ""), value) for name, value in changes.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def sub_account(self, sid: str) -> dict[str, Any] | None:
        return next((one for one in self.sub_accounts if one["sid"] == sid), None)

    def as_dict(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


def _checked(name: str, kind: str, value: Any) -> Any:
    if not kind:
        raise ValueError(f"There is no setting {name!r}.")
    if name == "callbacks" and value not in CALLBACK_MODES:
        raise ValueError(f"callbacks is one of {', '.join(CALLBACK_MODES)}.")
    if kind == "list[float]":
        return _range(name, value)
    if kind == "float" and isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    if name in {"webhook_rules", "webhook_settings"} and isinstance(value, list):
        return value
    if name == "sub_accounts":
        return _sub_accounts(value)
    accepted: dict[str, tuple[type, ...]] = {
        "str": (str,),
        "bool": (bool,),
        "list[str]": (list,),
        "int | None": (int, type(None)),
        "str | None": (str, type(None)),
    }
    if not isinstance(value, accepted.get(kind, ())):
        raise ValueError(f"{name} has the wrong type: {value!r}, wanted {kind}.")
    return value


def _range(name: str, value: Any) -> list[float]:
    pair = value if isinstance(value, list) else [value, value]
    if len(pair) != 2 or not all(isinstance(v, int | float) and v >= 0 for v in pair) or pair[0] > pair[1]:
        raise ValueError(f"{name} is a number of milliseconds or a pair [least, most].")
    return [float(v) for v in pair]


def _sub_accounts(value: Any) -> list[dict[str, Any]]:
    for one in value if isinstance(value, list) else [None]:
        if not (isinstance(one, dict) and {"sid", "friendly_name", "numbers"} == one.keys()):
            raise ValueError("sub_accounts is a list of {sid, friendly_name, numbers: [address]}.")
    return list(value)
