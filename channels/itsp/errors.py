"""An ITSP's refusals, and what they mean for what we do next."""

import enum
from dataclasses import dataclass


class Advice(enum.Enum):
    """What an ITSP's error means for what we do next."""

    FAIL = "fail"  # this message only; never retry by ourselves
    RETRY = "retry"  # was not processed: the channel waits, the message keeps its place
    SLOW_DOWN = "slow_down"  # was not processed: the sender is too fast
    LATER = "later"  # was not processed: not before some hours, for this sender and recipient
    STOP = "stop"  # credentials, account or sender unusable: the channel stops, its queue stays
    UNKNOWN = "unknown"  # may have been processed


@dataclass(eq=False)
class ItspError(Exception):
    """An ITSP's refusal, or the lack of a clear answer, in words for agents and admins."""

    advice: Advice
    reason: str
    code: str = ""  # the ITSP's own
    retry_after_s: float | None = None
    field: str = ""  # of the credentials form, where one is to blame
