"""What beat has done for people's own data."""

from datetime import datetime

from celery import shared_task

from accounts import forgotten, invitations, mailing, token_ends
from accounts.models import Invitation, User
from pbx_messaging.nudges import nudge

AGAIN_S = 15.0  # when another task sends e-mail, or the server takes none
MOST_FAILURES = 3
LINK_MOST_TRIES = 20


@shared_task
def mail_invitations(first: int, last: int) -> None:
    """Those that an import has made, by the range of their ids. Who gets none is given the link by hand."""
    with mailing.shares.of() as mine:
        if not mine:
            nudge("accounts.tasks.mail_invitations", first, last, later_s=AGAIN_S)
            return
        failures = 0
        invited = Invitation.objects.filter(pk__range=(first, last)).select_related("user").order_by("pk")
        for invitation in invited:
            if failures == MOST_FAILURES:  # a mail server that hangs must not hold the thread for hours
                nudge("accounts.tasks.mail_invitations", invitation.pk, last, later_s=AGAIN_S)
                return
            failures += not invitations.send(invitation) and mailing.can_reach(invitation.user)


@shared_task
def mail_forgotten(user_id: int, address: str, browser: str, asked_at: str, tries: int = 0) -> None:
    """The link for a forgotten password, to whoever may still log in. Who gets none asks again.

    Who asked is told in the mail: from which address, with which browser, and when (ISO 8601).
    """
    moment = datetime.fromisoformat(asked_at)
    with mailing.shares.of() as mine:
        user = User.objects.filter(pk=user_id, is_active=True).first()
        if user is None or (mine and not mailing.can_reach(user)):
            return
        if mine and forgotten.send_link(user, address=address, browser=browser, asked_at=moment):
            return
    if tries < LINK_MOST_TRIES:
        asked = (address, browser, asked_at)
        nudge("accounts.tasks.mail_forgotten", user_id, *asked, tries + 1, later_s=AGAIN_S)


@shared_task
def tell_of_token_ends() -> None:
    """What did not leave is for the next run."""
    with mailing.shares.of() as mine:
        for token in token_ends.to_tell() if mine else ():
            if not token_ends.tell(token):
                return
