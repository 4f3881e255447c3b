"""Sends: one pump per worker process drains all channels at their rates.

One thread claims and settles and is the only one to use the database; sender threads wait for their slot
inside the HTTP client, directly before the socket is used.
"""

import gc
import logging
import queue
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from redis import RedisError

from channels import pacing
from channels.itsp import ITSPS
from channels.itsp.base import Sender
from channels.itsp.errors import Advice, ItspError
from channels.models import Channel
from pbx_messaging.logs import request_ids
from sessions.sending import claiming, picking
from sessions.sending.claiming import Claim, Result

logger = logging.getLogger(__name__)

TICK_S = 0.05  # results are settled, and new work is claimed, this often
IDLE_S = 1.0  # without work for so long, the pump rests until it is nudged
CLAIMED_TOGETHER = 32  # channels; their rows are locked for so long, and a round trip each is saved
SWITCH_S = 0.0005  # a sender must run when its slot comes; Python's usual 5 ms are a slot's length
RUN_S = 300.0  # then the task ends and another begins, so that Celery stays in charge

_only_one = threading.Lock()
stopping = threading.Event()  # the worker is shutting down


def run() -> bool:
    """Drains until nothing is left to do. False if this process already has a pump at work."""
    if not _only_one.acquire(blocking=False):
        return False
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        _pump().run()
    finally:
        sys.setswitchinterval(usual_s)
        _only_one.release()
    return True


@cache
def _pump() -> "Pump":
    """The process's own: its threads and connections are warm when the next text comes."""
    gc.collect()
    gc.freeze()  # or each full collection looks at all that was imported, and stops the senders for 0.1 s
    return Pump()


class Pump:
    def __init__(self) -> None:
        self.results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self.unsettled: list[Result] = []
        self.senders: dict[int, tuple[object, Sender]] = {}
        self.refusals: dict[int, tuple[float, ItspError]] = {}  # by channel, with when they came
        self.threads = ThreadPoolExecutor(settings.SENDER_THREADS, "sender")
        self.in_flight = 0
        self.last_served = 0

    def run(self) -> None:
        end = time.monotonic() + RUN_S
        rest_at = time.monotonic() + IDLE_S
        while self.in_flight or (time.monotonic() < min(end, rest_at) and not stopping.is_set()):
            self._settle()
            if time.monotonic() < end and not stopping.is_set() and self._claim():
                rest_at = time.monotonic() + IDLE_S

    def _claim(self) -> bool:
        """Starts what may start now. True if anything waits, be it for its slot."""
        try:
            channels = {channel.pk: channel for channel in claiming.channels_with_work()}
            ready = [channels[pk] for pk in self._in_turn(channels)]
            total_rate = sum(channel.sending_rate for channel in ready)
            for first in range(0, len(ready), CLAIMED_TOGETHER):
                self._serve(ready[first : first + CLAIMED_TOGETHER], total_rate)
        except RedisError as error:
            logger.warning("nothing is sent while the limiter is away: %s", error)
        except (OperationalError, InterfaceError) as error:
            _give_up_connection(error)
            return False
        return bool(channels)

    def _serve(self, channels: Sequence[Channel], total_rate: int) -> None:
        """Starts texts of channels, several in one go; what is wrong with one must not keep the others."""
        try:
            claims = claiming.claim(self._shares(channels, total_rate))
        except (RedisError, OperationalError, InterfaceError):
            raise
        except Exception:
            if len(channels) > 1:
                for channel in channels:
                    self._serve([channel], total_rate)
            else:
                logger.exception("channel %s can't be served", channels[0].pk)
            return
        for claim in claims:
            self.threads.submit(self._send, claim, self.senders[claim.channel_id][1])
            self.in_flight += 1

    def _shares(self, channels: Sequence[Channel], total_rate: int) -> dict[int, int]:
        """How many texts each channel may start: all that are ready share the threads by their rates.

        Never all the threads that are left: another channel's ITSP may be the one that answers.
        """
        free = settings.SENDER_THREADS - self.in_flight
        shares: dict[int, int] = {}
        for channel in channels:
            if free <= 0:
                break
            self._sender(channel)  # is there before the first slot comes
            share = settings.SENDER_THREADS * channel.sending_rate // total_rate
            shares[channel.pk] = max(1, min(share, free // 2))
            free -= shares[channel.pk]
            self.last_served = channel.pk
        return shares

    def _in_turn(self, channels: dict[int, Channel]) -> list[int]:
        """Those with a slot soon, beginning after the one that was served last."""
        states = pacing.states((pk, channel.sending_rate) for pk, channel in channels.items())
        ready = [
            pk
            for pk, state in states.items()
            if max(state.next_in_s, state.paused_for_s) <= picking.HORIZON_S / 2
        ]
        return sorted(ready, key=lambda pk: (pk <= self.last_served, pk))

    def _sender(self, channel: Channel) -> Sender:
        """The client of the channel's account, made anew when its credentials change."""
        known = self.senders.get(channel.pk)
        if known is None or known[0] != channel.credentials:
            known = (channel.credentials, ITSPS[channel.itsp].sender(channel.credentials))
            self.senders[channel.pk] = known
        return known[1]

    def _send(self, claim: Claim, sender: Sender) -> None:
        """In a sender thread. Whatever happens, there is a result."""

        def wait_for_slot() -> None:
            time.sleep(max(0.0, claim.slot - time.monotonic()))
            if _age_s(claim) > settings.CLAIM_MARGIN_S:
                raise ItspError(Advice.RETRY, "It was claimed too long ago.", retry_after_s=0.1)
            refused_at, refusal = self.refusals.get(claim.channel_id, (0.0, None))
            if refusal and claim.taken_at < refused_at:
                raise refusal  # the ITSP has refused another one of the channel since

        try:
            with request_ids.of(claim.request_id):
                outcome = sender.send(claim.sms, wait_for_slot)
        except ItspError as error:
            self._note_refusal(claim.channel_id, error)
            self.results.put(Result(claim, error))
        except Exception as error:
            logger.exception("sending ended in a way that nobody foresaw")
            self.results.put(Result(claim, ItspError(Advice.UNKNOWN, type(error).__name__)))
        else:
            self.results.put(Result(claim, outcome))

    def _note_refusal(self, channel_id: int, error: ItspError) -> None:
        """What is claimed already waits, too, without a try of its own."""
        _at, known = self.refusals.get(channel_id, (0.0, None))
        if error.advice in {Advice.RETRY, Advice.STOP} and error is not known:
            self.refusals[channel_id] = (time.monotonic(), error)

    def _settle(self) -> None:
        """Writes down the results of the last tick, and those that the database was away for."""
        done = self.unsettled + _taken(self.results, time.monotonic() + TICK_S)
        if not done:
            return
        self.unsettled = done
        try:
            claiming.settle(done)
        except (OperationalError, InterfaceError) as error:
            _give_up_connection(error)
            if not stopping.is_set():
                return
        except Exception:
            logger.exception("results can't be settled together")
            _settle_each(done)
        self.in_flight -= len(done)
        self.unsettled = []


def _age_s(claim: Claim) -> float:
    """By both clocks: one stands still while the machine sleeps, the other may be set back."""
    return max(time.monotonic() - claim.taken_at, (timezone.now() - claim.claimed_at).total_seconds())


def _settle_each(results: list[Result]) -> None:
    """One that the database refuses must not keep the others; its claim is lost, then asked about."""
    for result in results:
        try:
            claiming.settle([result])
        except Exception:
            logger.exception("attempt %s can't be settled", result.claim.attempt_id)


def _give_up_connection(error: Exception) -> None:
    logger.warning("the database is away: %s", error)
    connection.close()


def _taken(results: "queue.SimpleQueue[Result]", until: float) -> list[Result]:
    """All results that come until then."""
    taken = []
    while (left := until - time.monotonic()) > 0:
        try:
            taken.append(results.get(timeout=left))
        except queue.Empty:
            break
    return taken
