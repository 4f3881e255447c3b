"""By e-mail, where no device has shown something in the time that an agent gives it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.mailing import send_to
from accounts.models import User
from routing.models import Extension
from sessions.inbox.asking import Viewer
from sessions.live import notifying
from sessions.models import AgentSettings, Notice
from sessions.push.quiet import is_quiet
from sessions.push.wording import said_of

AGAIN = timedelta(minutes=2)  # and twice as long each time
MOST_TRIES = 6
TEMPLATE = "sessions/push/email/told.txt"


def mailable(*, now: datetime) -> QuerySet[Notice]:
    """What no device has shown in time."""
    return Notice.objects.filter(mail_at__lte=now)


def due(*, now: datetime) -> list[int]:
    """The users (ids) to whom something is due; each is not due again for a while."""
    rows = mailable(now=now)
    users = sorted(set(rows.values_list("user", flat=True)))
    if users:
        for tries in range(MOST_TRIES):
            again = now + AGAIN * 2**tries
            rows.filter(mail_tries=tries).update(mail_at=again, mail_tries=F("mail_tries") + 1)
        rows.update(mail_at=None)
    return users


def mail(user_id: int) -> bool:
    """All that was due, in one e-mail, but for what was seen to meanwhile. False if it did not leave."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    agent = Extension.objects.live().filter(user=user_id).first()
    if user is None or agent is None:
        return True
    tried = Notice.objects.filter(user=user, mail_at__isnull=False, mail_tries__gt=0)
    current = {(call.session, call.kind): call.mark for call in notifying.calls_of(Viewer(user, agent))}
    still = [one for one in tried if current.get((one.session_id, one.kind)) == one.mark]
    over = {one.pk for one in tried} - {one.pk for one in still}
    if is_quiet(AgentSettings.of(agent), user, timezone.now()):
        over, still = {one.pk for one in tried}, []
    is_sent = not still or _send(user, still)
    done = over | ({one.pk for one in still} if is_sent else set())
    Notice.objects.filter(pk__in=done).update(mail_at=None)
    return is_sent


def shown(notice_id: int, mark: int) -> None:
    """A device has shown it: no e-mail is needed."""
    Notice.objects.filter(pk=notice_id, mark=mark).update(mail_at=None)


def _send(user: User, notices: Iterable[Notice]) -> bool:
    told = [said_of(notice.session, notice.kind) for notice in notices]
    subject = ngettext("%(n)d session wants you", "%(n)d sessions want you", len(told)) % {"n": len(told)}
    context = {"told": told, "origin": settings.PUBLIC_URL}
    return send_to(user, subject=subject, template=TEMPLATE, context=context)
