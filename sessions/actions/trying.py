"""An administrator tries whether texts leave."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from channels.models import Number
from sessions.actions.owning import end_all
from sessions.actions.replying import check_may_send
from sessions.models import Message, MessagingSession
from sessions.opened import open_session
from sessions.refused import ChannelDisabled, NumberGone, OwnNumber
from sessions.sending import automatic


@transaction.atomic
def send_test(number: Number, *, contact: str, by: User) -> Message:
    """A text as PBX writes them by itself: it takes its place in the queue, and is not counted as an agent's.

    A session that begins with it ends with it, so that nobody is asked to answer; an answer begins another
    one, as of any contact. Raises `OwnNumber`, `NumberGone`, `Unanswerable`, `ChannelDisabled` or `OptedOut`.
    """
    if contact == number.address:
        raise OwnNumber
    if number.archived_at:
        raise NumberGone
    now = timezone.now()
    session = open_session(number, contact, at=now)
    check_may_send(session)
    words = _("This is a test text of PBX Messaging from %(number)s. You may answer it.")
    message = automatic.write(session, number, words % {"number": number.address})
    if message is None:  # it was disabled at this moment
        raise ChannelDisabled
    if session.opened_at == now:
        end_all([session], by=MessagingSession.ClosedBy.AGENT, line=Message.SystemLine.CLOSED, agent=by)
    return message
