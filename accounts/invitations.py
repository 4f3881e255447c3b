"""A link by which a user sets a password: single use, expires, renewed or withdrawn by administrators.

The link is signed and names the row; nothing in the database alone opens it.
"""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.mailing import send_to
from accounts.models import Invitation, User

SALT = "accounts.invitation"


class NotValid(Exception):
    """It was used, renewed or withdrawn, or it expired."""


@transaction.atomic
def invite(user: User) -> Invitation:
    """A new invitation; the links of earlier ones end."""
    withdraw(user)
    expires_at = timezone.now() + timedelta(days=settings.INVITATION_DAYS)
    return Invitation.objects.create(user=user, expires_at=expires_at)


def withdraw(user: User) -> None:
    Invitation.objects.filter(user=user).delete()


def link_of(invitation: Invitation) -> str:
    token = signing.dumps(invitation.pk, salt=SALT)
    return f"{settings.PUBLIC_URL}{reverse('invitation', args=[token])}"


def find(token: str) -> Invitation:
    """Raises `NotValid`."""
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise NotValid from error
    valid = Invitation.objects.filter(expires_at__gt=timezone.now(), user__is_active=True)
    invitation = valid.select_related("user").filter(pk=pk).first()
    if invitation is None:
        raise NotValid
    return invitation


@transaction.atomic
def accept(invitation: Invitation, *, password: str) -> User:
    """Sets the password. Raises `NotValid` if somebody was faster."""
    mine = Invitation.objects.filter(pk=invitation.pk, expires_at__gt=timezone.now())
    if not mine.delete()[0]:
        raise NotValid
    user: User = invitation.user
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


def send(invitation: Invitation) -> bool:
    """E-mails the link, where that is set up and the user has an address. False if it did not leave."""
    context = {"link": link_of(invitation), "expires_at": invitation.expires_at}
    subject, template = _("Your login for PBX Messaging"), "accounts/email/invitation.txt"
    return send_to(invitation.user, subject=subject, template=template, context=context)
