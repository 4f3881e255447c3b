"""The set-up checks of Twilio: the whole procedure of its portal, asked of its API."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import requests
from django.utils import timezone
from twilio.base.exceptions import TwilioException

from channels.itsp import check_words as common
from channels.itsp.api import UNREADABLE
from channels.itsp.set_up import Change, Check, CheckOutcome, Finding, SetUp
from channels.itsp.twilio import check_words as words
from channels.itsp.twilio import webhook_rules
from channels.itsp.twilio.http import ERRORS, http_status_of
from channels.itsp.twilio.number_checks import NAME, NumberChecks
from channels.itsp.twilio.services import Services

CONSOLE = "https://console.twilio.com/"
GEO_PERMISSIONS = CONSOLE + "us1/develop/sms/settings/geo-permissions"
BILLING = CONSOLE + "us1/billing/manage-billing/billing-overview"

ASKED_ONE_BY_ONE = 20  # numbers
ACCOUNT_STATUSES = ("active", "suspended", "closed")
LOW_BALANCE = Decimal(10)
FAILURES_SINCE = timedelta(hours=24)
# Twilio's alerts about calling a webhook: no answer, no connection, TLS, and an answer that it can't read.
WEBHOOK_ALERTS = frozenset(
    ("11200", "11205", "11210", "11215", "11220", "11235", "11236", "11237", "12100", "12300")
)


@dataclass
class Checks:
    """One run over one account. `client` is Twilio's; `texting` too, where an API key sends."""

    client: Any
    account_sid: str
    set_up: SetUp
    texting: Any = None
    has_webhook_key: bool = False
    account: Any = field(init=False, default=None)

    def findings(self) -> Iterator[Finding]:
        """Nothing more is asked of an account that can't be used or of a service that is out of reach."""
        credentials = self._credentials()
        yield credentials
        if credentials.outcome is not CheckOutcome.PASS:
            return
        yield from self._asked(Check.ACCOUNT, self._kind_of_account)
        services, listed = Services(self.client), self._listed()
        for address in self.set_up.numbers:
            url, channel_at = self.set_up.webhook_url, self.set_up.channel_at
            checks = NumberChecks(self.client, self.account, services, address, url, listed, channel_at)
            yield from checks.findings(_untold)
        yield from self._asked(Check.COUNTRIES, self._countries)
        yield from self._rules()
        yield from self._asked(Check.BALANCE, self._balance)
        yield from self._asked(Check.FAILURES, self._failures)

    def _listed(self) -> dict[str, Any] | None:
        """All numbers of the account, where it is quicker than to ask for each; None: each is asked for."""
        if len(self.set_up.numbers) <= ASKED_ONE_BY_ONE:
            return None
        try:
            numbers = self.client.incoming_phone_numbers.list(page_size=1000)
        except ERRORS:
            return None
        return {number.phone_number: number for number in numbers}

    def _asked(self, check: Check, answer: Callable[[], Finding]) -> Iterator[Finding]:
        try:
            yield answer()
        except ERRORS as error:
            yield _untold(check, error)

    # --- the account ---

    def _credentials(self) -> Finding:
        try:
            self.account = self.client.api.accounts(self.account_sid).fetch()
        except ERRORS as error:
            if http_status_of(error) in {401, 404}:
                return _refused()
            return _untold(Check.CREDENTIALS, error)
        if self.account.status not in ACCOUNT_STATUSES:
            return _untold(Check.CREDENTIALS, ValueError("no status that we know"))
        if self.account.status != "active":
            why = words.STATUS(status=self.account.status)
            return _failed(Check.CREDENTIALS, why, words.ASK_WHY(), link=CONSOLE, stops=True)
        if self.texting:
            return self._api_key()
        return _passed(Check.CREDENTIALS, words.TOKEN_ACCEPTED())

    def _api_key(self) -> Finding:
        try:
            ask_with_key(self.texting)
        except ERRORS as error:
            if http_status_of(error) in {401, 404}:
                return _key_refused()
            return _untold(Check.CREDENTIALS, error)
        return _passed(Check.CREDENTIALS, words.KEY_ACCEPTED())

    def _kind_of_account(self) -> Finding:
        if self.account.type == "Trial":
            return _failed(Check.ACCOUNT, words.TRIAL(), words.UPGRADE(), link=BILLING)
        if self.account.owner_account_sid not in (None, "", self.account.sid):
            why = words.SUB_ACCOUNT(owner=self.account.owner_account_sid)
            return _passed(Check.ACCOUNT, why, words.ONLY_ITS_NUMBERS())
        return _passed(Check.ACCOUNT, words.FULL_ACCOUNT())

    def _countries(self) -> Finding:
        """The API tells of the account, and sub-accounts inherit from their parent."""
        wanted = sorted(set(self.set_up.countries))
        if not wanted:
            return _cannot_tell(Check.COUNTRIES, common.NO_COUNTRIES(), common.ADD_NUMBER())
        answer = self.client.accounts.v1.messaging_geopermissions.fetch(country_code=",".join(wanted))
        known = {one["country_code"]: one.get("enabled") for one in answer.permissions or []}
        closed = [country for country in wanted if known.get(country) is False]
        untold = [country for country in wanted if known.get(country) is None]
        if closed:
            why = common.COUNTRIES_CLOSED(countries=", ".join(closed))
            return _failed(Check.COUNTRIES, why, words.ENABLE_COUNTRIES(), link=GEO_PERMISSIONS)
        if untold:
            why = words.COUNTRIES_UNTOLD(countries=", ".join(untold))
            return _cannot_tell(Check.COUNTRIES, why, words.LOOK_AT_COUNTRIES(), link=GEO_PERMISSIONS)
        return _passed(Check.COUNTRIES, common.COUNTRIES_OPEN(countries=", ".join(wanted)))

    def _rules(self) -> Iterator[Finding]:
        """Of an account that does not have them, nothing is said."""
        url = self.set_up.webhook_url.partition("#")[0]
        try:
            yield webhook_rules.finding(self.client, url, has_key=self.has_webhook_key)
        except ERRORS as error:
            if http_status_of(error) not in {401, 403, 404} and not self.client.region:
                yield _untold(Check.RULES, error)

    def _balance(self) -> Finding:
        answer = self.client.balance.fetch()
        try:
            balance = Decimal(answer.balance)
        except (InvalidOperation, TypeError):
            return _cannot_tell(Check.BALANCE, common.NO_BALANCE(itsp=NAME), link=BILLING)
        why, top_up = common.BALANCE(balance=f"{balance:.2f} {answer.currency}"), common.TOP_UP()
        if balance <= 0:
            return _failed(Check.BALANCE, why, top_up, link=BILLING)
        low = balance < LOW_BALANCE
        return _passed(Check.BALANCE, why, top_up if low else "", link=BILLING if low else "")

    def _failures(self) -> Finding:
        since = timezone.now() - FAILURES_SINCE
        alerts = self.client.monitor.v1.alerts.list(log_level="error", start_date=since, limit=1000)
        ours = self.set_up.webhook_url.partition("#")[0]
        failed = [
            alert
            for alert in alerts
            if str(alert.error_code) in WEBHOOK_ALERTS
            and (alert.request_url or "").startswith(ours)
            and alert.date_generated >= since
        ]
        if not failed:
            return _passed(Check.FAILURES, common.NO_FAILURES(itsp=NAME))
        latest = max(failed, key=lambda alert: alert.date_generated)
        return _failed(
            Check.FAILURES,
            words.FAILED_CALLS(count=len(failed), code=latest.error_code),
            words.READ_THE_ERROR(),
            link=f"https://www.twilio.com/docs/api/errors/{latest.error_code}",
            at=latest.date_generated,
        )


def ask_with_key(client: Any) -> None:
    """By a question about texts. A key that may only send is told so, by 403: it is no wrong one."""
    try:
        client.messages.page(page_size=1)
    except TwilioException as error:
        if http_status_of(error) != 403:
            raise


def fix(client: Any, set_up: SetUp, *, number: str, approved: Sequence[Change]) -> bool:
    """Reads the number's settings anew first: what an admin did not see is not overwritten."""
    checks = NumberChecks(client, None, Services(client), number, set_up.webhook_url)
    found = checks.find()
    there = [*checks.webhook_changes(found), *checks.override_changes(found)] if found else []
    if not set(approved) <= set(there):
        return False
    checks.apply(found, approved)
    return True


def _refused() -> Finding:
    return _failed(Check.CREDENTIALS, words.REFUSED(), words.COPY_ANEW(), link=CONSOLE, stops=True)


def _key_refused() -> Finding:
    return _failed(Check.CREDENTIALS, words.KEY_USELESS(), words.NEW_KEY(), link=CONSOLE, stops=True)


def _untold(check: Check, error: Exception, number: str = "") -> Finding:
    """An error of a side API says nothing about the set-up."""
    status = http_status_of(error)
    link = CONSOLE if status else ""
    if status in {401, 403, 404}:
        why, what_to_do = words.NOT_TOLD(status=status), common.LOOK_UP(itsp=NAME)
    elif status:
        why, what_to_do = common.NOT_CLEAR(itsp=NAME, status=status), common.AGAIN_LATER()
    elif isinstance(error, UNREADABLE) and not isinstance(error, requests.RequestException):
        why, what_to_do, link = common.NOT_READ(itsp=NAME), common.AGAIN_LATER(), CONSOLE
    else:
        why, what_to_do = common.NOT_REACHED(itsp=NAME), common.AGAIN_WITH_INTERNET()
    return Finding(check, CheckOutcome.CANNOT_TELL, why, what_to_do, link, number)


def _passed(check: Check, why: str, what_to_do: str = "", **more: Any) -> Finding:
    return Finding(check, CheckOutcome.PASS, why, what_to_do, **more)


def _failed(check: Check, why: str, what_to_do: str, **more: Any) -> Finding:
    return Finding(check, CheckOutcome.FAIL, why, what_to_do, **more)


def _cannot_tell(check: Check, why: str, what_to_do: str = "", **more: Any) -> Finding:
    return Finding(check, CheckOutcome.CANNOT_TELL, why, what_to_do, **more)
