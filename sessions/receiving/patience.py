"""How long whoever calls a webhook still waits for our answer.

By that the database's time and the spool's are bounded, since what comes too late is called again or lost.
"""

from datetime import datetime

from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.base import Itsp

ON_THE_WAY_S = 0.3  # of the ITSP's time: for the network, the proxy, and the threads of a busy machine
FOR_THE_SPOOL_S = 0.8  # that it gets, at the least, when the database does not answer


def left_s(at: datetime, itsp: Itsp | None) -> float:
    """For what is to be done yet with a call that came in at `at`; without an ITSP, nobody knows whose it is.

    Then it is taken for one of the ITSP that waits the shortest.
    """
    known = ITSPS.values() if itsp is None else (itsp,)
    waits_s = min(one.answers_within_s for one in known)
    return waits_s - ON_THE_WAY_S - (timezone.now() - at).total_seconds()


def left_for_the_database_s(at: datetime) -> float:
    """Only the database knows whose call it is."""
    return left_s(at, None) - FOR_THE_SPOOL_S
