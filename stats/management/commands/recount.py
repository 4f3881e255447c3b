"""manage.py recount: counts all messages anew and mends the counts of the statistics."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from channels.models import Channel
from stats.counting import Amounts
from stats.models import CountBucket, CountDay, CountHour, CountTotal
from stats.recounting import Difference, FailureDifference, differences, mend

UNITS: dict[type[Model], str] = {
    CountBucket: "quarter hour",
    CountHour: "hour",
    CountDay: "day",
    CountTotal: "total",
}


class Command(BaseCommand):
    help = "Counts all messages anew and mends the counts that differ. It may run while messages come and go."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit with 1 if there are differences"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        wrong = 0
        for channel in Channel.objects.defer("credentials").order_by("pk"):
            found = differences(channel)
            wrong += len(found)
            for one in found:
                self.stdout.write(f"{channel.name} (channel {channel.pk}), {_in_words(one)}")
            if found and not check:
                mend(channel, found)
                if differences(channel):
                    raise CommandError(f"The counts of {channel.name} differ still. Run it again.")
        if wrong and check:
            raise CommandError(f"Counts that differ: {wrong}. Without --check they are mended.")
        self.stdout.write(f"Counts that were mended: {wrong}." if wrong else "All counts are right.")


def _in_words(one: Difference | FailureDifference) -> str:
    if isinstance(one, FailureDifference):
        code, country, prefix = one.key.failure
        numbers = f"code {code or '–'}, numbers {prefix or '–'}… ({country or '–'})"
        where = f"failures in the quarter hour from {one.key.starts_at:%Y-%m-%d %H:%M} UTC, {numbers}"
        return f"{where}: counted {one.counted}, there are {one.found}"
    where = UNITS[one.model] + (f" from {one.starts_at:%Y-%m-%d %H:%M} UTC" if one.starts_at else "")
    return f"{where}: counted {_counts(one.counted)}, there are {_counts(one.found)}"


def _counts(amounts: Amounts) -> str:
    return "{} sent, {} failed, {} received; segments: {}".format(*amounts)
