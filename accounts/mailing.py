"""E-mails to users, in their own time zones."""

import logging
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import User
from pbx_messaging.outside.shares import Shares

logger = logging.getLogger(__name__)

shares = Shares(in_all=1, each=1)  # of the worker's threads


def can_reach(user: User) -> bool:
    return bool(settings.EMAIL_IS_SET and user.email)


def send_to(user: User, *, subject: str, template: str, context: dict[str, Any]) -> bool:
    """False if it did not leave: e-mail isn't set up, the user has no address, or the server refuses."""
    if not can_reach(user):
        return False
    with timezone.override(user.zone):
        text = render_to_string(template, {"user": user, **context})
    try:
        return bool(send_mail(subject, text, None, [user.email]))
    except OSError as error:  # also what SMTP says
        logger.warning("%s could not be e-mailed: %s", template, error)
        return False
