"""What is left in an account, and what time it is at Twilio, by one call."""

from decimal import Decimal, DecimalException

from django.conf import settings

from channels.itsp.base import AccountState, Credentials
from channels.itsp.errors import Advice, ItspError
from channels.itsp.twilio.client import TwilioSender, twilios_errors


def ask(credentials: Credentials) -> AccountState:
    """Sub-accounts and some contracts have no balance of their own: Twilio refuses it then."""
    account = TwilioSender(credentials, settings.ITSP_CHECK_TIMEOUT_S, is_about_account=True)
    balance: Decimal | None = None
    currency = ""
    try:
        with twilios_errors():
            told = account.client.api.accounts(credentials["account_sid"]).balance.fetch()
            currency = str(told.currency or "")[:3]
            balance = _number(told.balance)
    except ItspError as error:
        if error.advice is not Advice.FAIL:
            raise
    return AccountState(account.http.ahead(), balance, currency)


def _number(text: str | None) -> Decimal | None:
    try:
        number = Decimal(text or "")
    except DecimalException:
        return None
    return number if number.is_finite() else None
