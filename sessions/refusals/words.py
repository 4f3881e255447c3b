"""Words of refusals that depend on what stands in the way: who has the session, how many there are."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.directions import isolated
from channels.itsp.delivery import RETRYABLE, DeliveryStatus
from sessions import refused


def too_many(error: refused.TooManyOpen) -> str:
    words = ngettext(
        "You have %(n)d open session of this message queue, which is as many as it allows. "
        "Close it or transfer it first.",
        "You have %(n)d open sessions of this message queue, which is as many as it allows. "
        "Close or transfer one first.",
        error.limit,
    )
    return words % {"n": error.limit}


def picked_up(error: refused.AlreadyPickedUp) -> str:
    if error.by is None:
        return _("It is in your queue no more. Ask for the list of sessions again.")
    return _("%(agent)s has it. Ask for the list of sessions again.") % {"agent": isolated(error.by)}


def faster(error: refused.AlreadyPickedUp) -> str:
    return _("%(agent)s was faster and has the session now.") % {"agent": isolated(error.by or "–")}


def picked_up_meanwhile(error: refused.AlreadyPickedUp) -> str:
    return _(
        "%(agent)s has got the session meanwhile, and keeps it. To take it all the same, do it again."
    ) % {"agent": isolated(error.by or "–")}


def owned(error: refused.OwnedByAnother) -> str:
    if error.by is None:
        return _("It waits in a message queue that is not yours. Ask one of its agents to transfer it.")
    return _("%(agent)s has it. Ask for a transfer.") % {"agent": isolated(error.by)}


def owned_on_page(error: refused.OwnedByAnother) -> str:
    if error.by is None:
        return _("A session with this contact waits in another queue.")
    return _("%(agent)s has an open session with this contact.") % {"agent": isolated(error.by)}


def already_open(error: refused.AlreadyOpen) -> str:
    if error.session:
        return _("Go on in that one: session %(id)s.") % {"id": error.session.pk}
    return owned(refused.OwnedByAnother(error.by))


def already_open_on_page(error: refused.AlreadyOpen) -> str:
    if error.session:
        return _("The contact has another open session. Go on in that one.")
    if error.by is None:
        return _("The contact has an open session, which waits in another queue.")
    return _("The contact has an open session with %(agent)s.") % {"agent": isolated(error.by)}


def has_scheduled(error: refused.HasScheduled) -> str:
    words = ngettext(
        "%(n)d text is scheduled in it. Say by `scheduled` what becomes of it: “cancel” or “keep”.",
        "%(n)d texts are scheduled in it. Say by `scheduled` what becomes of them: “cancel” or “keep”.",
        error.count,
    )
    return words % {"n": error.count}


def not_archivable(error: refused.NotArchivable) -> str:
    if error.pickup.is_shared:
        return _("All agents of its message queue answer in it, so all would lose it. Close it instead.")
    if error.pickup.waits or error.pickup.goes_to_first_answer:
        return _("Nobody has it yet, so everybody would lose it. Pick it up and answer, or close it then.")
    return _("The contact waits for an answer. Answer or close the session first.")


def not_retryable(error: refused.NotRetryable) -> str:
    if error.status in RETRYABLE:
        return _("It would fail for the same reason again. Mend that first, then write a new text.")
    words = _("It is %(status)s. Only a text that failed or expired can be sent again.")
    return words % {"status": error.status.label.lower()}


def not_cancellable(error: refused.NotCancellable) -> str:
    if error.status == DeliveryStatus.SENDING:
        return _("It is being sent at this moment, so it can’t be cancelled.")
    if error.status == DeliveryStatus.UNKNOWN:
        return _("It is not certain whether it was sent, so it can’t be cancelled.")
    return _("It can’t be cancelled any more.")
