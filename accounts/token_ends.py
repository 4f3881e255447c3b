"""Who is told by e-mail that an API token ends soon: its user, once."""

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.directions import isolated
from accounts.mailing import send_to
from accounts.models import TOKEN_END_TOLD_BEFORE, ApiToken

AT_ONCE = 100


def to_tell() -> QuerySet[ApiToken]:
    """Some of those that end soon, whose users can be reached and don't know yet."""
    now = timezone.now()
    ending = ApiToken.objects.filter(
        revoked_at=None, end_told_at=None, expires_at__range=(now, now + TOKEN_END_TOLD_BEFORE)
    )
    reached = ending.filter(user__is_active=True).exclude(user__email="") if settings.EMAIL_IS_SET else None
    return (ending.none() if reached is None else reached).select_related("user").order_by("pk")[:AT_ONCE]


def tell(token: ApiToken) -> bool:
    """False if the e-mail did not leave. Of several workers, one sends it."""
    untold = ApiToken.objects.filter(pk=token.pk)
    if not untold.filter(end_told_at=None).update(end_told_at=timezone.now()):
        return True
    context = {"token": token, "link": f"{settings.PUBLIC_URL}{reverse('profile-tokens')}"}
    subject = _("The API token “%s” ends soon") % isolated(token)
    sent = send_to(token.user, subject=subject, template="accounts/email/token_ends.txt", context=context)
    if not sent:
        untold.update(end_told_at=None)
    return sent
