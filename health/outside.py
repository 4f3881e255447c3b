"""The worker's looks at the outside: our public address, its certificate, the accounts at the ITSPs.

Each is stored as it comes, for pages and alarms to read.
"""

import logging
import ssl
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.errors import ItspError
from channels.models import Channel
from channels.set_up import public_address
from health.checks.outside import NAME
from health.models import Fact, note_fact
from pbx_messaging.outside.deadline import within
from pbx_messaging.outside.shares import Shares
from pbx_messaging.outside.sockets import bounded, connect

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
TOTAL_S = 8.0  # of one look
RUN_S = 45.0  # of all; those that were looked at longest ago come first
shares = Shares(in_all=1, each=1)


def look() -> int:
    """Makes the looks that are due. Returns how many; none if another thread is at it."""
    with shares.of() as mine:
        return _look() if mine else 0


def _look() -> int:
    """One that fails keeps no other back; it is due again with the next."""
    end, count = time.monotonic() + RUN_S, 0
    for name, find in _due():
        if time.monotonic() > end:
            break
        try:
            find()
        except (ItspError, OSError, ValueError) as error:  # TimeoutError is an OSError
            logger.info("the look at %s was in vain: %s", name, type(error).__name__)
        count += 1
    return count


def _due() -> list[tuple[str, Callable[[], None]]]:
    looks: dict[str, Callable[[], None]] = {"address": _address}
    if settings.PUBLIC_URL.startswith("https://"):
        looks["certificate"] = _certificate
    for channel in Channel.objects.live().filter(disabled_at=None, itsp__in=ITSPS):
        looks[NAME % channel.pk] = lambda channel=channel: _account(channel)  # type: ignore[misc]
    known = dict(Fact.objects.filter(name__in=looks).values_list("name", "at"))
    long_ago = timezone.now() - timedelta(days=1000)
    due = [name for name in looks if timezone.now() - known.get(name, long_ago) >= EVERY]
    return [(name, looks[name]) for name in sorted(due, key=lambda name: known.get(name, long_ago))]


def _address() -> None:
    """Content with a near one where a stand-in takes the ITSPs' place."""
    itsp = next((one for one in ITSPS.values() if not one.is_stand_in), next(iter(ITSPS.values())))
    found = public_address.check(itsp)
    words = {"why": found.why, "advice": found.what_to_do}
    note_fact("address", timezone.now(), outcome=found.outcome, url=settings.PUBLIC_URL, **words)


def _certificate() -> None:
    """Until when it holds, also of one that is not trusted: the address' own check judges that."""
    parts = urlsplit(settings.PUBLIC_URL)
    context = bounded(ssl.create_default_context())
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with within(TOTAL_S):
        plain = connect(parts.hostname or "", parts.port or 443)
        try:
            with context.wrap_socket(plain, server_hostname=parts.hostname) as secured:
                content = secured.getpeercert(binary_form=True)
        except OSError:
            plain.close()
            raise
    if content:
        ends_at = x509.load_der_x509_certificate(content).not_valid_after_utc
        note_fact("certificate", timezone.now(), ends_at=ends_at.isoformat())


def _account(channel: Channel) -> None:
    state = ITSPS[channel.itsp].account_state(channel.credentials)
    ahead_s = None if state.ahead is None else state.ahead.total_seconds()
    balance = None if state.balance is None else float(state.balance)
    name = NAME % channel.pk
    note_fact(name, timezone.now(), ahead_s=ahead_s, balance=balance, currency=state.currency)
