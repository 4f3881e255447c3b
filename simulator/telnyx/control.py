"""The Telnyx account in the control API."""

from __future__ import annotations

from secrets import token_hex

from aiohttp import web

from simulator.control import posted
from simulator.encoding import json_response
from simulator.simulator import SIMULATOR
from simulator.telnyx import opt_outs
from simulator.telnyx.account import TelnyxAccount, new_id


async def account(request: web.Request) -> web.StreamResponse:
    """POST {api_key?, new_key_pair?, campaigns?: {number: status}, profile?: {id?, ...},
    opt_outs?: {contact: number}} changes it.

    `opt_outs` are contacts who were blocked without a call to the webhook.
    """
    state = request.app[SIMULATOR].state
    known = TelnyxAccount(state)
    if request.method == "POST":
        asked = await posted(request)
        if unknown := asked.keys() - {"api_key", "new_key_pair", "campaigns", "profile", "opt_outs"}:
            raise ValueError(f"The account has no {', '.join(sorted(unknown))}.")
        values = {name: asked[name] for name in ("api_key", "campaigns") if name in asked}
        known.change(**values, **({"seed": token_hex(32)} if asked.get("new_key_pair") else {}))
        if "profile" in asked:
            fields = dict(asked["profile"])
            known.change_profile(str(fields.pop("id", new_id())), fields)
        for contact, number in asked.get("opt_outs", {}).items():
            opt_outs.block(state, contact, state.numbers[number], "STOP")
    return json_response(
        {
            "api_key": known.api_key,
            "public_key": known.public_key,
            "campaigns": known.campaigns,
            "profiles": known.profiles(),
        }
    )
