"""What is said to an admin whose saving moves a number between channels: its webhook has to follow."""

from collections.abc import Collection
from dataclasses import dataclass

from accounts.directions import isolated
from channels.itsp import ITSPS
from channels.models import Channel, Number
from channels.numbers import words


@dataclass(frozen=True)
class Moves:
    """Numbers that leave a channel, and such that come to it from another live one, with that one's name."""

    itsp_name: str
    left: list[str]
    came: dict[str, str]

    @classmethod
    def by_saving(cls, channel: Channel | None, itsp: str, addresses: Collection[str]) -> "Moves":
        """What changes when the channel gets exactly these numbers. To be asked before it is saved."""
        present = set(channel.numbers.live().values_list("address", flat=True)) if channel else set()
        return cls._of(itsp, sorted(present - set(addresses)), set(addresses) - present)

    @classmethod
    def by_adding(cls, channel: Channel, addresses: Collection[str]) -> "Moves":
        present = set(channel.numbers.live().values_list("address", flat=True))
        return cls._of(channel.itsp, [], set(addresses) - present)

    @classmethod
    def _of(cls, itsp: str, left: list[str], new: Collection[str]) -> "Moves":
        former = Number.objects.filter(address__in=new, archived_at__isnull=False, channel__archived_at=None)
        names = former.order_by("address", "pk").values_list("address", "channel__name")
        return cls(ITSPS[itsp].name, left, dict(names))

    @property
    def words(self) -> list[str]:
        """Sentences; [] if nothing moves."""
        itsp, numbers = self.itsp_name, ", ".join(self.left)
        said: list[str] = [
            words.CAME(number=address, former=isolated(name), itsp=itsp)
            for address, name in self.came.items()
        ]
        if self.left:
            said.append(words.LEFT(numbers=numbers, count=len(self.left), itsp=itsp))
        return said
