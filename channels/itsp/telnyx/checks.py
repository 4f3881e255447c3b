"""The set-up checks of Telnyx: the whole procedure of its portal, asked of its API."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from channels.itsp import check_words as common
from channels.itsp.base import Credentials
from channels.itsp.errors import ItspError
from channels.itsp.set_up import Change, Check, Finding, SetUp
from channels.itsp.telnyx import account
from channels.itsp.telnyx import check_words as words
from channels.itsp.telnyx.errors import reading, told
from channels.itsp.telnyx.findings import (
    BILLING,
    ERRORS,
    KEYS,
    NAME,
    PORTAL,
    PROFILES,
    cannot_tell,
    failed,
    passed,
    untold,
)
from channels.itsp.telnyx.http import Client
from channels.itsp.telnyx.messages import moment_of
from channels.itsp.telnyx.number_checks import NumberChecks
from pbx_messaging.said import joined

LOW_BALANCE = Decimal(10)
FAILURES_SINCE = timedelta(hours=24)
FAILURES_ASKED = 250


@dataclass
class Checks:
    """One run over one account."""

    client: Client
    credentials: Credentials
    set_up: SetUp
    profile: dict[str, Any] = field(init=False, default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        """Nothing more is asked of an account that can't be used or of a service that is out of reach."""
        yield self._credentials()
        if not self.profile:
            return
        yield self._about_profile()
        try:
            listed = self._numbers()
        except ERRORS as error:
            listed = None
            for address in self.set_up.numbers:
                yield untold(Check.OWNED, error, address)
        for address in self.set_up.numbers if listed is not None else ():
            checks = NumberChecks(self.client, self.profile, address, self.set_up)
            yield from checks.findings((listed or {}).get(address))
        yield self._countries()
        yield from self._asked(Check.BALANCE, self._balance)
        yield from self._asked(Check.FAILURES, self._failures)

    def _asked(self, check: Check, answer: Callable[[], Finding]) -> Iterator[Finding]:
        try:
            yield answer()
        except ERRORS as error:
            yield untold(check, error)

    def _credentials(self) -> Finding:
        try:
            self.profile = account.profile(self.client, self.credentials)
        except ItspError as error:
            if not error.field:
                return untold(Check.CREDENTIALS, error)
            return failed(Check.CREDENTIALS, error.reason, words.COPY_ANEW(), KEYS, stops=True)
        except ERRORS as error:
            return untold(Check.CREDENTIALS, error)
        if not self.profile["enabled"]:
            self.profile = {}
            return failed(Check.CREDENTIALS, words.DISABLED(), words.ENABLE(), PROFILES, stops=True)
        return passed(Check.CREDENTIALS, words.ACCEPTED())

    def _about_profile(self) -> Finding:
        """What of its settings changes texts, or keeps them back."""
        said = []
        if self.profile.get("daily_spend_limit_enabled"):
            said.append(words.SPEND_LIMIT(limit=self.profile.get("daily_spend_limit")))
        if self.profile.get("smart_encoding"):
            said.append(words.SMART_ENCODING())
        if self.profile.get("mobile_only"):
            said.append(words.MOBILE_ONLY())
        return passed(Check.ACCOUNT, words.ENABLED(), joined(said), PROFILES if said else "")

    def _numbers(self) -> dict[str, dict[str, Any]]:
        """Those that are asked for by name, a hundred at a time."""
        found: dict[str, dict[str, Any]] = {}
        wanted = list(self.set_up.numbers)
        for start in range(0, len(wanted), 100):
            query = {"filter[phone_number]": ",".join(wanted[start : start + 100]), "page[size]": "250"}
            for one in told(self.client.get("phone_numbers", "messaging", **query)):
                found[str(one["phone_number"])] = one
        return found

    def _countries(self) -> Finding:
        wanted = sorted(set(self.set_up.countries))
        if not wanted:
            return cannot_tell(Check.COUNTRIES, common.NO_COUNTRIES(), common.ADD_NUMBER())
        allowed = self.profile.get("whitelisted_destinations")
        if not isinstance(allowed, list):
            why, what_to_do = words.COUNTRIES_UNTOLD(), words.LOOK_AT_COUNTRIES()
            return cannot_tell(Check.COUNTRIES, why, what_to_do, PROFILES)
        closed = [country for country in wanted if not {country, "*"} & set(allowed)]
        if closed:
            why = common.COUNTRIES_CLOSED(countries=", ".join(closed))
            return failed(Check.COUNTRIES, why, words.ENABLE_COUNTRIES(), PROFILES)
        return passed(Check.COUNTRIES, common.COUNTRIES_OPEN(countries=", ".join(wanted)))

    def _balance(self) -> Finding:
        balance, currency = account.balance_in(told(self.client.get("balance")))
        if balance is None:
            return cannot_tell(Check.BALANCE, common.NO_BALANCE(itsp=NAME), link=BILLING)
        why, top_up = common.BALANCE(balance=f"{balance:.2f} {currency}"), common.TOP_UP()
        if balance <= 0:
            return failed(Check.BALANCE, why, top_up, BILLING)
        low = balance < LOW_BALANCE
        return passed(Check.BALANCE, why, top_up if low else "", BILLING if low else "")

    def _failures(self) -> Finding:
        since = timezone.now() - FAILURES_SINCE
        query = {
            "filter[status][eq]": "failed",
            "filter[attempts][contains]": self.set_up.webhook_url,
            "filter[started_at][gte]": since.isoformat(timespec="seconds"),
            "page[size]": str(FAILURES_ASKED),
        }
        failures = told(self.client.get("webhook_deliveries", **query))
        moments = [at for one in failures if (at := moment_of(one["started_at"])) and at >= since]
        if not moments:
            return passed(Check.FAILURES, common.NO_FAILURES(itsp=NAME))
        return _not_reached(moments)


def _not_reached(moments: Sequence[datetime]) -> Finding:
    why = words.FAILED_CALLS(count=len(moments))
    return failed(Check.FAILURES, why, words.SEE_ANSWERS(), PORTAL, at=max(moments))


def fix(
    client: Client, credentials: Credentials, set_up: SetUp, *, number: str, approved: Sequence[Change]
) -> bool:
    """Reads the settings anew first: what an admin did not see is not overwritten."""
    with reading():
        profile = account.profile(client, credentials)
        query = {"filter[phone_number]": number}
        some: Sequence[Mapping[str, Any]] = told(client.get("phone_numbers", "messaging", **query))
        found = next((dict(one) for one in some if one["phone_number"] == number), None)
        checks = NumberChecks(client, profile, number, set_up)
        if found is None or not set(approved) <= set(checks.changes(found)):
            return False
        checks.apply(found, approved)
    return True
