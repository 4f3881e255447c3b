"""What is said of an ITSP's answers, or of their lack, whichever ITSP it is."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from pbx_messaging.said import Kind

NO_CLEAR_WORDS = _("The ITSP gave no clear answer, so it may or may not have been sent.")
NO_CLEAR_ANSWER = Kind("no-clear-answer", NO_CLEAR_WORDS)
NO_LIST = Kind("no-list", _("The ITSP gave no clear answer to the question which texts it has."))
NOT_REACHED = Kind("not-reached", _("The ITSP could not be reached."))
NOT_TOLD = Kind("not-told", _("The ITSP gave no clear answer to the question."))


def of_rule(words: StrPromise | str) -> str:
    """A rule's words, of a refusal that has a code; of one that is no clear answer the code tells nothing."""
    return NO_CLEAR_ANSWER() if words is NO_CLEAR_WORDS else str(words)
