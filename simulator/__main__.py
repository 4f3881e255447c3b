"""`python -m simulator`: runs the stand-in until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import signal
from pathlib import Path

from aiohttp import web

from simulator.app import make_app
from simulator.faces import FACES
from simulator.records import DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN, DEFAULT_NUMBERS, Account
from simulator.simulator import Simulator

# What is still being answered when the simulator ends gets this long.
SHUTDOWN_S = 0.5

logger = logging.getLogger("simulator")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="simulator", description="A stand-in for ITSPs; nothing leaves this machine."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="keep the state in this folder over restarts"
    )
    parser.add_argument("--account-sid", default=DEFAULT_ACCOUNT_SID)
    parser.add_argument("--auth-token", default=DEFAULT_AUTH_TOKEN)
    parser.add_argument(
        "--number", action="append", metavar="+1...", help="a number that the account owns (repeat)"
    )
    parser.add_argument(
        "--public-url", help="where the product reaches the simulator; media URLs begin with it"
    )
    parser.add_argument(
        "--open-control",
        action="store_true",
        help="let other machines use /control/ and the pages (in a container)",
    )
    parser.add_argument("--quiet", action="store_true", help="log warnings only")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    origin = (options.public_url or f"http://{options.host}:{options.port}").rstrip("/")
    account = Account(options.account_sid, options.auth_token, origin)
    simulator = Simulator(account, options.number or list(DEFAULT_NUMBERS), options.data, FACES)
    runner = web.AppRunner(
        make_app(simulator, open_control=options.open_control), access_log=None, shutdown_timeout=SHUTDOWN_S
    )
    simulator.start()
    gc.collect()
    gc.freeze()  # full collections stay short: tests measure the moments at which requests come
    gc.set_threshold(10_000, 20, 100)
    await runner.setup()
    await web.TCPSite(runner, options.host, options.port).start()
    logger.info("Account SID %s, Auth Token %s", account.sid, account.auth_token)
    logger.info("Numbers %s", ", ".join(simulator.state.numbers))
    logger.info("Simulator ready at %s", origin)
    await ended.wait()
    simulator.closing.set()  # streams and hanging answers end
    await runner.cleanup()
    await simulator.stop()


def main() -> None:
    options = arguments()
    logging.basicConfig(
        level=logging.WARNING if options.quiet else logging.INFO, format="%(asctime)s %(name)s: %(message)s"
    )
    try:
        asyncio.run(serve(options))
    except OSError as error:
        logger.error("Can't start: %s", error)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
