"""Twilio's Webhook Rules and Settings: which applies to the Webhook URL, and what it changes about the calls.

A public beta, which not every account has. A Rule names URLs and the Settings for them; a Setting's signature
and connection configuration go before the Auth Token and before what stands behind the URL's #.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from channels.itsp.set_up import Check, CheckOutcome, Finding

DOCS = "https://www.twilio.com/docs/usage/webhooks/webhook-configuration"
MOST = 200  # rules


def finding(client: Any, url: str, *, has_key: bool) -> Finding:
    """`url` is ours, without overrides. Raises what `twilio` raises."""
    rule = applying(client.webhooks.v1.rules.list(limit=MOST), url)
    if rule is None:
        why = _("No Webhook Rule applies to the Webhook URL: what stands behind its # holds.")
        return Finding(Check.RULES, CheckOutcome.PASS, why)
    ids = [str(one["settingId"]) for one in rule.settings or []]
    settings = [client.webhooks.v1.settings(pk).fetch() for pk in ids]
    named = {"name": rule.friendly_name or rule.id}
    if any(one.signature for one in settings) and not has_key:
        why = _(
            "The Webhook Rule “%(name)s” has a Setting that signs with a SharedKey, which the channel does "
            "not have: its texts are refused."
        )
        what_to_do = _(
            "Enter the key’s secret as Webhook Signing Key, or take the signature out of the Setting."
        )
        return Finding(Check.RULES, CheckOutcome.FAIL, why % named, what_to_do, DOCS)
    why = _(
        "The Webhook Rule “%(name)s” applies. Its connection configuration goes before what stands behind "
        "the # of the Webhook URL."
    )
    hint = "" if all(_tries_again(one.connection) for one in settings) else _hint()
    return Finding(Check.RULES, CheckOutcome.PASS, why % named, hint, DOCS if hint else "")


def applying(rules: Sequence[Any], url: str) -> Any:
    """As Twilio finds it: the exact one, else that with the longest prefix, else the default."""
    kinds = [(str(rule.match_type or "").upper(), rule) for rule in rules]
    # An exact value never ends with a slash, and our URL does.
    exact = [
        one for kind, one in kinds if kind == "EXACT_MATCH" and one.value and one.value == url.rstrip("/")
    ]
    prefixed = [
        one for kind, one in kinds if kind == "PREFIX_MATCH" and one.prefix and url.startswith(one.prefix)
    ]
    default = [one for kind, one in kinds if kind == "DEFAULT"]
    longest = max(prefixed, key=lambda one: len(one.prefix), default=None)
    return next(iter([*exact, *([longest] if longest else []), *default]), None)


def _tries_again(connection: Any) -> bool:
    policy = (connection or {}).get("retryPolicy") or {}
    return int(policy.get("retryCount") or 0) > 0


def _hint() -> str:
    return _(
        "It does not try again. Give its Setting a connection configuration with 2 retries on connection and "
        "read timeouts and on 5xx, 2000 ms to connect and 3000 ms to read."
    )
