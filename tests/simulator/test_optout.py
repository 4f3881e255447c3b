"""STOP, START and HELP: Twilio answers by itself, blocks the pair, and still calls the webhook."""

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.stand_in import CONTACT, FAST, NUMBER, Answer, Receiver, StandIn

pytestmark = pytest.mark.once


def replies(stand_in: StandIn) -> list[str]:
    found = stand_in.get("messages", direction="outbound-reply", contact=CONTACT)["messages"]
    return [message["body"].split(".")[0] for message in found]


@pytest.mark.parametrize(
    "word", ["STOP", " stop ", "StopAll", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"]
)
def test_stop_word_blocks_the_pair_and_is_still_delivered(
    stand_in: StandIn, receiver: Receiver, word: str
) -> None:
    stand_in.text(word)
    assert [request.params["Body"] for request in receiver.received] == [word]
    assert replies(stand_in) == ["You have successfully been unsubscribed"]
    with pytest.raises(TwilioRestException) as refused:
        stand_in.send("x")
    assert [refused.value.status, refused.value.code] == [400, 21610]
    assert stand_in.send("another contact", to="+14155550199")
    assert stand_in.send("another number", from_=FAST)


@pytest.mark.parametrize("word", ["START", "yes", "UNSTOP"])
def test_start_word_opens_the_pair_again(stand_in: StandIn, word: str) -> None:
    stand_in.text("STOP")
    stand_in.text(word)
    assert stand_in.send("welcome back")
    assert len(replies(stand_in)) == 2


@pytest.mark.parametrize("body", ["Please stop", "STOP it", "yes", "START"])
def test_other_texts_change_nothing(stand_in: StandIn, body: str) -> None:
    stand_in.text(body)
    assert replies(stand_in) == []
    assert stand_in.send("x")


def test_second_stop_is_not_answered_again(stand_in: StandIn) -> None:
    stand_in.text("STOP")
    stand_in.text("STOP")
    assert len(replies(stand_in)) == 1


def test_help_is_answered(stand_in: StandIn) -> None:
    stand_in.text("help")
    assert replies(stand_in) == ["Reply STOP to unsubscribe"]


def test_toll_free_number_is_not_opened_by_yes(stand_in: StandIn) -> None:
    stand_in.post("numbers", address="+18005550100")
    for word in ("STOP", "YES"):
        stand_in.text(word, to="+18005550100")
    with pytest.raises(TwilioRestException) as refused:
        stand_in.send("x", from_="+18005550100")
    assert refused.value.code == 21610


def test_opt_out_type_comes_with_advanced_opt_out_only(stand_in: StandIn, receiver: Receiver) -> None:
    stand_in.text("STOP")
    stand_in.post("settings", advanced_opt_out=True)
    stand_in.text("START")
    stand_in.text("Hello")
    assert [request.params.get("OptOutType") for request in receiver.received] == [None, "START", None]


def test_answer_to_an_opted_out_contact_is_not_sent(stand_in: StandIn, receiver: Receiver) -> None:
    receiver.answers.append(Answer(200, "<Response><Message>Goodbye</Message></Response>"))
    assert stand_in.text("STOP")["alert"] == 21610
    assert replies(stand_in) == ["You have successfully been unsubscribed"]
    (opt_out,) = stand_in.get("state")["opt_outs"]
    assert [opt_out["contact"], opt_out["number"]] == [CONTACT, NUMBER]
