"""Each refusal of an action has its row: a status, words for programs, and words for people."""

import pytest
from django import forms

from channels.itsp.delivery import DeliveryStatus
from channels.senders import Sender
from routing.models import Extension
from sessions import refused
from sessions.models import MessagingSession, OptOutEntry
from sessions.models.pickup import PICKUPS, Pickup
from sessions.refusals import REFUSALS, Act, detail_of, refusal_of, refuse, words_for
from sessions.refused import ActionError

pytestmark = pytest.mark.once

ADA = Extension(number="1001", name="Ada")
ERRORS: list[ActionError] = [
    refused.AlreadyPickedUp(ADA),
    refused.AlreadyPickedUp(None),
    refused.TooManyOpen(1),
    refused.TooManyOpen(5),
    refused.NoPickup(),
    refused.NotTheOwner(),
    *map(refused.NotArchivable, [Pickup(), *PICKUPS.values()]),
    refused.SessionClosed(),
    refused.SessionOpen(),
    refused.AlreadyOpen(ADA),
    refused.AlreadyOpen(None),
    refused.AlreadyOpen(None, MessagingSession(pk=1)),
    refused.NumberGone(),
    refused.HasScheduled(1),
    refused.HasScheduled(2),
    refused.NotAllowedToInitiate(),
    refused.OwnNumber(),
    *map(refused.Unanswerable, set(Sender) - {Sender.PHONE}),
    refused.OwnedByAnother(ADA),
    refused.OwnedByAnother(None),
    refused.NoDestination(),
    refused.OptedOut(OptOutEntry()),
    refused.ChannelDisabled(),
    refused.MediaRefused("Too large."),
    refused.PicturesBusy(),
    *map(refused.NotRetryable, DeliveryStatus),
    *map(refused.NotCancellable, DeliveryStatus),
    *map(refused.NotScheduled, [DeliveryStatus.QUEUED, DeliveryStatus.CANCELLED]),
    refused.BadTime(),
    refused.BadSnooze(),
]


def subclasses(kind: type[Exception]) -> set[type[Exception]]:
    return {one for child in kind.__subclasses__() for one in {child, *subclasses(child)}}


def test_each_refusal_has_its_row_and_its_code() -> None:
    assert subclasses(ActionError) == set(REFUSALS) == {type(error) for error in ERRORS}
    codes = [kind.code for kind in REFUSALS]
    assert len({*codes, ActionError.code}) == len(codes) + 1


def test_each_can_be_said_to_programs_and_on_every_page() -> None:
    for error in ERRORS:
        said = [detail_of(error), *(words_for(error, act) for act in Act)]
        assert all(said) and "%(" not in "".join(said), error
        assert refusal_of(error).status in {403, 409, 422, 503}, error


def test_words_depend_on_what_one_was_doing() -> None:
    error = refused.NotTheOwner()
    assert words_for(error) == "Only the agent who picked the session up can answer."
    assert words_for(error, Act.CANCEL) == "Only the agent who picked the session up can cancel it."
    assert words_for(refused.SessionClosed(), Act.RETRY) == words_for(refused.SessionClosed())


def test_form_without_the_field_says_it_above_all_fields() -> None:
    class Form(forms.Form):
        due_at = forms.CharField()

    form = Form({"due_at": "yesterday"})
    refuse(form, refused.BadTime())
    refuse(form, refused.OptedOut(OptOutEntry()), Act.START)
    assert form.errors == {
        "due_at": ["This time has passed. Choose one in the future."],
        "__all__": ["This contact opted out of texts from this number, so none can be sent."],
    }
