"""For which of our numbers a contact's wish counts: that which they texted, or all of its account.

Where the ITSP blocks a contact for a whole account (`Itsp.opt_out_scope`), a STOP to one number counts for
all numbers of live channels with that account, and so does a START. What our own people record is about one.
"""

from channels.itsp import ITSPS
from channels.itsp.base import OptOutScope
from channels.models import Channel, Number


def others_of(number: Number) -> list[int]:
    """The numbers for which a wish that was texted to this one counts as well."""
    same = [pk for channel in number.carriers for pk in _with_account_of(channel)]
    if not same:
        return []
    others = Number.objects.carried_by(same).filter(archived_at=None).exclude(pk=number.pk)
    return list(others.values_list("pk", flat=True))


def _with_account_of(channel: Channel) -> list[int]:
    """The channels for which a wish that came by this one counts; none where it is the number's alone."""
    itsp = ITSPS[channel.itsp]
    if itsp.opt_out_scope is not OptOutScope.ACCOUNT:
        return []
    account = itsp.account_id(channel.credentials)
    channels = Channel.objects.live().filter(itsp=channel.itsp)
    return [one.pk for one in channels if account and itsp.account_id(one.credentials) == account]
