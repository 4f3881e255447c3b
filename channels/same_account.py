"""Whether two channels are of the same account at their ITSP."""

from channels.itsp import ITSPS
from channels.models import Channel


def have_same_account(one: Channel, other: Channel) -> bool:
    """Where an ITSP's credentials name no account, the whole of them tells."""
    if one.itsp != other.itsp:
        return False
    accounts = {ITSPS[one.itsp].account_id(channel.credentials) for channel in (one, other)}
    if "" in accounts:
        return dict(one.credentials) == dict(other.credentials)
    return len(accounts) == 1
