"""Times in which somebody wants to hear nothing, by their own clock."""

from datetime import datetime

from accounts.models import User
from sessions.models import AgentSettings


def is_quiet(wishes: AgentSettings, user: User, now: datetime) -> bool:
    """From a time until another, over midnight where the second is the earlier one."""
    begin, end = wishes.quiet_from, wishes.quiet_until
    if begin is None or end is None or begin == end:
        return False
    at = now.astimezone(user.zone).time()
    return begin <= at < end if begin < end else at >= begin or at < end
