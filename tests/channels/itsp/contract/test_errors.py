"""Every documented error: what it means for what we do, and that somebody can read it."""

from collections.abc import Callable

import pytest

from channels.itsp.delivery import MEANINGS, DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.said import by_itsp
from channels.itsp.texts import OutboundSms
from pbx_messaging.said import Said
from routing.models import Extension
from sessions import actions
from sessions.models import Attempt, Message
from sessions.sending import references
from tests.channels.itsp.contract.api import Api
from tests.channels.itsp.contract.conftest import Door
from tests.channels.itsp.contract.kit import Kit, Status
from tests.channels.itsp.contract.kits import KITS, name_of
from tests.factories import CONTACT, OUR_NUMBER, Road

ERRORS = [(kit, code) for kit in KITS for code in kit.errors]
REFUSALS = [(kit, code) for kit in KITS for code in kit.refusals]
SMS = OutboundSms(OUR_NUMBER, CONTACT, "Hello", "https://pbx.example.com/w/token/", "17-18f2a")
NEVER_DOCUMENTED = ["", "0", "1", "987654321", "teleported", "é", "x" * 64]


def nothing() -> None:
    pass


@pytest.mark.parametrize(("kit", "code"), ERRORS, ids=name_of, indirect=["kit"])
def test_error_of_an_accepted_text_is_an_advice_and_words(kit: Kit, code: str) -> None:
    assert kit.itsp.advice_on(code) is kit.errors[code]
    assert kit.itsp.advice_on(code) is not Advice.UNKNOWN
    words = kit.itsp.words_for(code)
    assert words[:1].isupper()
    assert words.endswith(".")
    assert code not in words


@pytest.mark.parametrize("code", NEVER_DOCUMENTED, ids=ascii)
def test_error_that_nobody_has_documented_fails_the_text(kit: Kit, code: str) -> None:
    assert kit.itsp.advice_on(code) is Advice.FAIL
    assert isinstance(kit.itsp.words_for(code), str)


def test_opt_outs_and_final_errors_are_documented_ones(kit: Kit) -> None:
    known = kit.errors.keys() | kit.refusals.keys()
    assert (kit.itsp.opt_out_codes | kit.itsp.final_codes) <= known
    for code in kit.itsp.opt_out_codes & kit.errors.keys():
        assert kit.errors[code] is Advice.FAIL


@pytest.mark.django_db
def test_error_of_a_status_is_shown_with_the_text(door: Door, kit: Kit, road: Road, ada: Extension) -> None:
    failing = next(word for word, status in kit.statuses.items() if MEANINGS[status].failure)
    code = next(code for code, advice in kit.errors.items() if advice is Advice.FAIL)
    message = actions.start_session(agent=ada, number=road.number, contact=CONTACT, body="Hi")
    attempt = message.attempts.get()
    Attempt.objects.update(status=DeliveryStatus.ACCEPTED)
    assert door.post(Status(7, failing, references.of(attempt), code)) == 200
    told = Message.objects.get(pk=message.pk)
    assert (told.status, told.error_code) == (kit.statuses[failing], code)
    assert told.reason == kit.itsp.words_for(code)


@pytest.mark.parametrize(("kit", "code"), REFUSALS, ids=name_of, indirect=["kit"])
def test_refusal_of_a_text_is_an_advice_and_words(kit: Kit, api: Api, code: str) -> None:
    api.reply = kit.refused(code)
    found = refusal_of(lambda: kit.itsp.sender(kit.credentials).send(SMS, nothing))
    assert found.advice is kit.refusals[code]
    assert found.code == code
    stored = by_itsp(kit.itsp.code, code, found.reason)
    assert isinstance(stored, Said)
    assert "words" not in stored.params  # its code says it all, in any language


def refusal_of(call: Callable[[], object]) -> ItspError:
    with pytest.raises(ItspError) as raised:
        call()
    return raised.value
