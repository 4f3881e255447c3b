"""Twilio's Webhook Rules and Settings: which applies to the Webhook URL, and what it changes about the calls.

A public beta, which not every account has. A Rule names URLs and the Settings for them; a Setting's signature
and connection configuration go before the Auth Token and before what stands behind the URL's #.
"""

from collections.abc import Sequence
from typing import Any

from channels.itsp.set_up import Check, CheckOutcome, Finding
from channels.itsp.twilio import check_words as words

DOCS = "https://www.twilio.com/docs/usage/webhooks/webhook-configuration"
MOST = 200  # rules


def finding(client: Any, url: str, *, has_key: bool) -> Finding:
    """`url` is ours, without overrides. Raises what `twilio` raises."""
    rule = applying(client.webhooks.v1.rules.list(limit=MOST), url)
    if rule is None:
        return Finding(Check.RULES, CheckOutcome.PASS, words.NO_RULE())
    ids = [str(one["settingId"]) for one in rule.settings or []]
    settings = [client.webhooks.v1.settings(pk).fetch() for pk in ids]
    name = str(rule.friendly_name or rule.id)
    if any(one.signature for one in settings) and not has_key:
        why, what_to_do = words.RULE_SIGNS(name=name), words.ENTER_SHARED_KEY()
        return Finding(Check.RULES, CheckOutcome.FAIL, why, what_to_do, DOCS)
    why = words.RULE_APPLIES(name=name)
    hint = "" if all(_tries_again(one.connection) for one in settings) else words.RULE_TRIES_ONCE()
    return Finding(Check.RULES, CheckOutcome.PASS, why, hint, DOCS if hint else "")


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
