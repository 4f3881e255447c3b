"""`make bench-live`: from a text at the webhook until its event is at the agents' clients.

On PostgreSQL, with the processes of production. `ARGS="--seconds 5 --agents 200"` is a shorter one.
docs/benchmarks.md says more.
"""

import argparse
import asyncio
import json
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks.live_data import EVERYBODY, QUEUE_SIZE
from benchmarks.live_load import Agent, Poster, Text, connect
from benchmarks.live_stack import LiveStack
from benchmarks.machine import OtherLoad, cpu_s, rss_kb
from benchmarks.texts import request_of

AGENTS = (200, 1_000)
RATES = (20, 100)
WARM_CONNECTIONS = 20
WARM_S = 2.0
LATEST_S = 10.0  # that an event is waited for after the last text was accepted


@dataclass
class Run:
    """`per_s` texts a second, each told to a queue of five agents, or to all of them."""

    stack: LiveStack
    agents: list[Agent]
    poster: Poster
    per_s: int
    to_all: bool
    first: int

    async def measure(self, seconds: float) -> dict[str, Any]:
        texts = [self._text(number) for number in range(round(self.per_s * seconds))]
        heard_before = [len(agent.heard) for agent in self.agents]
        names = ("web", "stream", "background")
        cpu = {name: cpu_s(self.stack.pid(name)) for name in names}
        other = OtherLoad()
        late_s = await self.poster.post(texts, self.per_s)
        busy = {name: (cpu_s(self.stack.pid(name)) - cpu[name]) / seconds for name in names}
        accepted = [text for text in texts if text.accepted_at]
        expected = len(accepted) * (len(self.agents) if self.to_all else QUEUE_SIZE)
        for _ in range(round(LATEST_S / 0.1)):
            heard = [agent.heard[before:] for agent, before in zip(self.agents, heard_before, strict=True)]
            if sum(map(len, heard)) >= expected:
                break
            await asyncio.sleep(0.1)
        ids = await asyncio.to_thread(self.stack.sessions)
        delays = self._delays(accepted, heard, ids)
        figures = self._figures(accepted, delays, expected)
        said = {name: round(cores, 2) for name, cores in busy.items()}
        print(
            f"  {figures}  cores: {said}, all else {other.cores():.2f}; posts late by {late_s * 1000:.0f} ms"
        )
        return figures

    def _text(self, number: int) -> Text:
        to = number % len(self.stack.seeded["numbers"])
        contact = f"+1415{self.first + number:07}"
        address = EVERYBODY if self.to_all else self.stack.seeded["numbers"][to]
        url = f"http://127.0.0.1:{self.stack.stream_port}{self.stack.seeded['path']}"
        return Text(request_of(url, self.first + number, To=address, From=contact), to, contact)

    def _audience(self, text: Text) -> range:
        if self.to_all:
            return range(len(self.agents))
        return range(text.to * QUEUE_SIZE, (text.to + 1) * QUEUE_SIZE)

    def _delays(
        self, accepted: list[Text], heard: list[list[tuple[int, float]]], ids: dict[str, int]
    ) -> list[float]:
        """In ms from the sending of a text to each of its agents; an event that did not come has none."""
        came: defaultdict[int, dict[int, float]] = defaultdict(dict)
        for place, events in enumerate(heard):
            for session, at in events:
                came[place].setdefault(session, at)
        return [
            (came[place][ids[text.contact]] - text.sent_at) * 1000
            for text in accepted
            for place in self._audience(text)
            if ids.get(text.contact) in came[place]
        ]

    def _figures(self, accepted: list[Text], delays: list[float], expected: int) -> dict[str, Any]:
        event = quantiles(delays, n=100)
        answer = quantiles([(text.accepted_at - text.sent_at) * 1000 for text in accepted], n=100)
        return {
            "agents": len(self.agents),
            "per_s": self.per_s,
            "told": len(self.agents) if self.to_all else QUEUE_SIZE,
            "p50_ms": round(event[49], 1),
            "p99_ms": round(event[98], 1),
            "lost": expected - len(delays),
            "accepted_p50_ms": round(answer[49], 1),
            "accepted_p99_ms": round(answer[98], 1),
        }


async def measure(stack: LiveStack, rates: list[int], seconds: float) -> list[dict[str, Any]]:
    """All runs with the stack's agents."""
    keys, port, stream = stack.seeded["keys"], stack.stream_port, stack.pid("stream")
    agents = await connect(port, keys[:WARM_CONNECTIONS])
    poster, first = Poster(stack.stream_port), 0
    await asyncio.sleep(1)
    before = rss_kb(stream)
    agents += await connect(port, keys[WARM_CONNECTIONS:])
    await asyncio.sleep(1)
    kb = (rss_kb(stream) - before) / (len(keys) - WARM_CONNECTIONS)
    runs = []
    for per_s, to_all in [(per_s, False) for per_s in rates] + [(rates[0], True)]:
        for length_s in (WARM_S, seconds):
            run = Run(stack, agents, poster, per_s, to_all, first)
            first += round(per_s * length_s)
            figures = await run.measure(length_s)
        runs.append(figures | {"kb_per_connection": round(kb, 1)})
    return runs


def main() -> None:
    """Measure with each number of agents; the last line is the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--agents", type=int, nargs="*", default=AGENTS)
    parser.add_argument("--per-s", type=int, nargs="*", default=RATES)
    options = parser.parse_args()
    runs: list[dict[str, Any]] = []
    for agents in options.agents:
        with tempfile.TemporaryDirectory(prefix="pbx-bench-") as name:
            folder = Path(name)
            folder.chmod(0o755)
            print(f"{agents} agents: starting servers", flush=True)
            stack = LiveStack(folder, agents)
            try:
                stack.start()
                runs += asyncio.run(measure(stack, list(options.per_s), options.seconds))
            finally:
                stack.stop()
    print(json.dumps({"runs": runs}))


if __name__ == "__main__":
    main()
