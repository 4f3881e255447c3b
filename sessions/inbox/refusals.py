"""Why an agent's text was not accepted, in words for the composer."""

from django.utils.translation import gettext as _

from sessions import actions


def words_for(error: actions.ActionError) -> tuple[str | None, str]:
    """(the form's field, what to say there); None for what is about no field."""
    match error:
        case actions.SessionClosed():
            return None, _("The session was closed meanwhile. Send it as a new message.")
        case actions.NotTheOwner():
            return None, _("Only the agent who picked the session up can answer.")
        case actions.AlreadyPickedUp():
            return None, _("%(agent)s was faster and has the session now.") % {"agent": error.by or "–"}
        case actions.TooManyOpen():
            return None, error.reason
        case actions.BadTime():
            return "due_at", _("This time has passed. Choose one in the future.")
        case actions.ChannelDisabled():
            return None, _("It was not sent: the channel of this number was disabled.")
        case actions.OptedOut():
            return None, _("It was not sent: the contact opted out of texts from this number.")
        case actions.MediaRefused():
            return "attachments", error.reason
    return None, _("It was not sent. Reload the page to see why.")
