"""Texts to a number that another channel has than the one whose Webhook URL they came to.

A number is moved in PBX in a moment; its webhook at the ITSP names the old channel until somebody mends it.
Where both channels have the same account, the text is for the one that has the number. The request was
signed with the secret of the channel that it came to, and names that account: whoever could write that may
speak for the account. Of another account nothing is taken. Where an ITSP's calls name no account, channels
have the same one if they have the same credentials.
"""

from collections.abc import Collection
from dataclasses import dataclass

from channels.itsp.texts import InboundSms
from channels.models import Number
from channels.same_account import have_same_account
from sessions.receiving import reasons
from sessions.receiving.arrivals import Item


@dataclass(frozen=True)
class Elsewhere:
    """`number` is another channel's; `is_same_account`: as that of the channel that was called."""

    number: Number
    is_same_account: bool

    @property
    def reason(self) -> str:
        if self.is_same_account:
            return reasons.MOVED_NUMBER(channel=str(self.number.channel))
        return reasons.NUMBER_OF_OTHER_ACCOUNT(channel=str(self.number.channel))


Key = tuple[int, str]  # of the channel that was called, and our number


def elsewhere(texts: Collection[tuple[Item, InboundSms]]) -> dict[Key, Elsewhere]:
    """Of those texts for which another live channel has the number."""
    if not texts:
        return {}
    wanted = {sms.recipient for _item, sms in texts}
    there = Number.objects.live().filter(address__in=wanted, channel__archived_at=None)
    numbers = {number.address: number for number in there.select_related("channel")}
    return {
        (item.channel.pk, sms.recipient): Elsewhere(number, have_same_account(item.channel, number.channel))
        for item, sms in texts
        if (number := numbers.get(sms.recipient)) is not None
    }
