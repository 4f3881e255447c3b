"""The link by which a user sets a forgotten password: e-mailed by a worker, so that a mail server which hangs
keeps no page waiting, and how long the page takes does not tell strangers who has a login.
"""

from datetime import datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.mailing import send_to
from accounts.models import User


def send_link(user: User, *, address: str, browser: str, asked_at: datetime) -> bool:
    """False if it did not leave. The mail says who asked: the address and browser, "" where unknown."""
    args = [user_pk_to_url_str(user), default_token_generator.make_token(user)]
    link = f"{settings.PUBLIC_URL}{reverse('account_reset_password_from_key', args=args)}"
    context = {"link": link, "address": address, "browser": browser, "asked_at": asked_at}
    context["ends_at"] = timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    subject, template = _("Set a new password for PBX Messaging"), "accounts/email/forgotten.txt"
    return send_to(user, subject=subject, template=template, context=context)
