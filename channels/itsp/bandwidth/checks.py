"""The set-up checks of Bandwidth: the application and the numbers that are led to it, asked of its APIs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings

from accounts.directions import isolated
from channels.itsp import check_words as common
from channels.itsp.bandwidth import callbacks, lists, registration
from channels.itsp.bandwidth import check_words as words
from channels.itsp.bandwidth.dashboard import PORTAL, Application, Dashboard
from channels.itsp.base import Credentials
from channels.itsp.errors import ItspError
from channels.itsp.set_up import AccountNumber, AccountNumbers, Change, Check, CheckOutcome, Finding, SetUp

NAME = "Bandwidth"
SERVICE = "Messaging-V2"
REFUSED = frozenset({"401", "403"})
NOT_THERE = "404"


def findings(credentials: Credentials, set_up: SetUp) -> Iterator[Finding]:
    """Nothing more is asked of an account that can't be used or of a service that is out of reach."""
    found = _credentials(credentials)
    yield found
    if found.outcome is not CheckOutcome.PASS:
        return
    dashboard = Dashboard(credentials, settings.SET_UP_CHECK_TOTAL_S)
    try:
        application = dashboard.application()
    except ItspError as error:
        yield _no_application() if error.code == NOT_THERE else _untold(Check.ACCOUNT, error)
        return
    found = _application(application)
    yield found
    if found.outcome is CheckOutcome.PASS:
        yield from _numbers(dashboard, application, credentials, set_up)


def account_numbers(credentials: Credentials, set_up: SetUp) -> AccountNumbers:
    """Those of the locations that are linked with the application."""
    dashboard = Dashboard(credentials, settings.ITSP_CHECK_TIMEOUT_S)
    application = dashboard.application()
    numbers, is_whole = dashboard.numbers()
    listed = [
        AccountNumber(address, name="", can_text=True, can_picture=True, findings=failed)
        for address in sorted(numbers)
        for failed in [_failed_only(callback_finding(application, credentials, set_up, address))]
    ]
    return AccountNumbers(listed, is_whole)


def fix(credentials: Credentials, set_up: SetUp, approved: Sequence[Change]) -> bool:
    """All numbers have one application: what was changed for one of them is as approved for the next."""
    dashboard = Dashboard(credentials, settings.SET_UP_CHECK_TOTAL_S)
    application = dashboard.application()
    there = callbacks.changes(application, credentials, set_up.webhook_url)
    if not set(there) <= set(approved):
        return False
    if there:
        dashboard.replace(callbacks.changed(application, credentials, there))
    return True


def callback_finding(
    application: Application, credentials: Credentials, set_up: SetUp, address: str
) -> Finding:
    changes = callbacks.changes(application, credentials, set_up.webhook_url)
    if not changes:
        return Finding(Check.WEBHOOK, CheckOutcome.PASS, words.COMES_TO_US(), number=address)
    return Finding(
        Check.WEBHOOK,
        CheckOutcome.FAIL,
        _why(application, changes, set_up),
        words.ENTER_CALLBACKS(),
        PORTAL,
        address,
        changes,
    )


def _why(application: Application, changes: Sequence[Change], set_up: SetUp) -> str:
    """Another channel's Webhook URL is not shown: it is as good as a key."""
    fields = {change.field for change in changes}
    inbound = application.text(callbacks.URLS[0])
    if callbacks.URLS[0] in fields and (name := set_up.channel_at(inbound)):
        return words.GOES_TO_CHANNEL(name=isolated(name))
    if callbacks.URLS[0] in fields:
        return words.GOES_ELSEWHERE(url=inbound or words.NO_ADDRESS())
    if callbacks.URLS[1] in fields:
        return words.NO_REPORTS()
    if fields & set(callbacks.LOGINS):
        return words.OTHER_LOGIN()
    return words.NOT_ALL_REPORTS()


def _credentials(credentials: Credentials) -> Finding:
    try:
        lists.newest(credentials, settings.SET_UP_CHECK_TOTAL_S)
    except ItspError as error:
        if error.code not in {*REFUSED, NOT_THERE}:
            return _untold(Check.CREDENTIALS, error)
        return _failed(Check.CREDENTIALS, words.REFUSED(), words.ENTER_USER(), stops=True)
    return Finding(Check.CREDENTIALS, CheckOutcome.PASS, words.ACCEPTED())


def _application(application: Application) -> Finding:
    name = isolated(application.text("AppName"))
    if application.text("ServiceType") != SERVICE:
        return _failed(Check.ACCOUNT, words.OTHER_SERVICE(name=name), words.ENTER_APPLICATION())
    return Finding(Check.ACCOUNT, CheckOutcome.PASS, words.HAS_APPLICATION(name=name))


def _no_application() -> Finding:
    return _failed(Check.ACCOUNT, words.HAS_NO_APPLICATION(), words.COPY_APPLICATION(), stops=True)


def _numbers(
    dashboard: Dashboard, application: Application, credentials: Credentials, set_up: SetUp
) -> Iterator[Finding]:
    if not set_up.numbers:
        return
    owned = _owned_in(dashboard)
    for address in set_up.numbers:
        yield owned(address)
        yield callback_finding(application, credentials, set_up, address)
        if registration.is_needed(address):
            yield _registration(dashboard, address)


def _registration(dashboard: Dashboard, address: str) -> Finding:
    try:
        return registration.finding(dashboard, address)
    except ItspError as error:
        return replace(_untold(Check.REGISTRATION, error), number=address)


def _owned_in(dashboard: Dashboard) -> Callable[[str], Finding]:
    try:
        numbers, is_whole = dashboard.numbers()
    except ItspError as error:
        untold = _untold(Check.OWNED, error)
        return lambda address: replace(untold, number=address)
    return lambda address: _owned(address, numbers, is_whole=is_whole)


def _owned(address: str, numbers: Sequence[str], *, is_whole: bool) -> Finding:
    """Short codes are in no location's list."""
    if address in numbers:
        return Finding(Check.OWNED, CheckOutcome.PASS, words.IN_LOCATION(), number=address)
    outcome = CheckOutcome.FAIL if is_whole and address.startswith("+") else CheckOutcome.CANNOT_TELL
    return Finding(Check.OWNED, outcome, words.IN_NO_LOCATION(), words.LINK(), PORTAL, address)


def _failed_only(finding: Finding) -> list[Finding]:
    return [finding] if finding.outcome is CheckOutcome.FAIL else []


def _untold(check: Check, error: ItspError) -> Finding:
    """An error of a side API says nothing about the set-up."""
    if error.code in REFUSED:
        why = words.NOT_TOLD(status=error.code)
        return Finding(check, CheckOutcome.CANNOT_TELL, why, words.LOOK_UP(), PORTAL)
    is_answer = bool(error.code)
    why = common.NOT_CLEAR(itsp=NAME, status=error.code) if is_answer else words.NOT_REACHED()
    return Finding(check, CheckOutcome.CANNOT_TELL, why, common.AGAIN_LATER())


def _failed(check: Check, why: str, what_to_do: str, **more: Any) -> Finding:
    return Finding(check, CheckOutcome.FAIL, why, what_to_do, PORTAL, **more)
