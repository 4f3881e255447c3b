"""Addresses that an administrator gives: https to the public internet, or to what stands in its place."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pbx_messaging.outside.addresses import is_plain_https

CODE = "general"
LONGEST = 2048


def called(url: str) -> str:
    """The address that is really called: the stand-in's, with the same path, where there is one."""
    stand_in = settings.ITSP_API_URLS.get(CODE)
    if not stand_in or is_near(url):
        return url
    asked = urlsplit(url)
    return f"{stand_in}{asked.path}{'?' if asked.query else ''}{asked.query}"


def is_near(url: str) -> bool:
    """Whether it is the stand-in's, which may be on our own network and without TLS."""
    stand_in = settings.ITSP_API_URLS.get(CODE)
    return bool(stand_in) and url.startswith(f"{stand_in}/")


def may_be_called(url: str) -> bool:
    """By its form. Where its name leads to is judged when it is called: to the public internet only."""
    return len(url) <= LONGEST and (is_near(url) or is_plain_https(url, any_port=True))


def validate(url: str) -> None:
    if not may_be_called(url):
        raise ValidationError(_("Enter an address such as https://api.example.com/messages."))
