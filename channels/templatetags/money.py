"""Prices in words."""

from collections.abc import Mapping
from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()

FEW, MORE = 2, 4  # digits behind the point: cents, and of what is less than one unit their hundredths


@register.filter
def price(amount: Decimal | None, currency: str) -> str:
    """ "12.30 USD", "0.0083 USD"; "" of none."""
    if amount is None:
        return ""
    digits = MORE if amount and abs(amount) < 1 else FEW
    return f"{number_format(amount, digits, force_grouping=True)} {currency}"


@register.filter
def prices(amounts: Mapping[str, Decimal]) -> str:
    """Of each currency one; "–" where none is known."""
    return " + ".join(price(amount, currency) for currency, amount in amounts.items()) or "–"
