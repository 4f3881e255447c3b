"""`python -m simulator.general` checks a provider; it ends with 1 if a rule is broken."""

from __future__ import annotations

import argparse
import asyncio
import sys

from aiohttp import web

from simulator.general.conformance import Line, Provider, lines
from simulator.general.pbx import Webhook

INTERFACE = "docs/general-itsp.md"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="simulator.general",
        description=f"Plays PBX towards a provider, by the interface of {INTERFACE}. It sends one real text.",
    )
    parser.add_argument("--send-url", required=True, help="where the provider takes texts")
    parser.add_argument("--api-key", required=True)
    parser.add_argument("--secret", required=True, help="signs the provider's calls")
    parser.add_argument(
        "--from", dest="sender", required=True, metavar="NUMBER", help="a number of the account"
    )
    parser.add_argument("--to", dest="recipient", required=True, metavar="NUMBER", help="who gets the text")
    parser.add_argument("--verify-url", default="", help="where the provider says whether a key is right")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen for its calls (%(default)s)")
    parser.add_argument("--port", type=int, default=8090, help="(%(default)s)")
    parser.add_argument(
        "--wait", type=float, default=60.0, metavar="SECONDS", help="for a result (%(default)g)"
    )
    parser.add_argument("--inbound", action="store_true", help="wait for a text to the number, too")
    return parser.parse_args()


async def run(options: argparse.Namespace) -> bool:
    """Whether all rules are kept; says each as it is known."""
    webhook = Webhook(options.secret)
    runner = web.AppRunner(webhook.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, options.host, options.port).start()
    _say(f"The provider's webhook must lead to http://{options.host}:{options.port}/")
    provider = Provider(
        options.send_url,
        options.api_key,
        options.sender,
        options.recipient,
        options.verify_url,
        options.wait,
        options.inbound,
    )
    kept = []
    async for line in lines(provider, webhook):
        _say(_shown(line))
        kept.append(line.is_kept)
    await runner.cleanup()
    _say(f"Kept: {sum(kept)} of {len(kept)}.")
    return all(kept)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _shown(line: Line) -> str:
    found = f" ({line.found})" if line.found and not line.is_kept else ""
    return f"{'pass' if line.is_kept else 'FAIL'}  {line.rule}{found}"


def main() -> None:
    raise SystemExit(0 if asyncio.run(run(arguments())) else 1)


if __name__ == "__main__":
    main()
