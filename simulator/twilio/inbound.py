"""A contact's text at Twilio: opt-out words, the webhook, its fallback, its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.encoding import new_sid
from simulator.outcome import Outcome
from simulator.records import Message, Number
from simulator.segments import count_segments
from simulator.twilio.inbound_fields import inbound_params
from simulator.twilio.optout import ANSWERS, opt_out_type
from simulator.twilio.rest import CODE
from simulator.twilio.twiml import BadAnswer, Reply, read_answer
from simulator.twilio.webhooks import TwilioWebhooks

if TYPE_CHECKING:
    from simulator.simulator import Simulator


def obey(simulator: Simulator, message: Message, number: Number) -> None:
    """STOP and START change the pair's state and are confirmed when they do; HELP is answered."""
    state = simulator.state
    word = opt_out_type(message.body, number.address)
    out = (message.from_, number.address) in state.opt_outs
    if word is None or (word == "STOP" and out) or (word == "START" and not out):
        return
    if word == "STOP":
        state.opt_out(message.from_, number.address)
    elif word == "START":
        state.opt_in(message.from_, number.address)
    _send(simulator, Reply(ANSWERS[word]), number, message.from_)


async def call(
    simulator: Simulator,
    webhooks: TwilioWebhooks,
    message: Message,
    number: Number,
    extra: dict[str, str],
) -> dict[str, Any]:
    state = simulator.state
    service = state.service_of(number)
    params = inbound_params(simulator.account, message, state.media, service) | extra
    if simulator.settings.advanced_opt_out and (word := opt_out_type(message.body, number.address)):
        params["OptOutType"] = word
    url = number.sms_url
    if service and not service.use_inbound_webhook_on_number:
        url = service.inbound_request_url or ""
    if number.sms_application_sid:
        return {"error": "The number has a TwiML application; its webhook URL is ignored."}
    if not url:
        whose = "The number's Messaging Service" if service else "The number"
        return {"error": f"{whose} has no webhook URL."}
    outcome = await webhooks.send("inbound", url, params, number.sms_method)
    _use(simulator, outcome, message, number)
    result = outcome.as_dict()
    if outcome.alert and number.sms_fallback_url:
        params = params | {"ErrorCode": str(outcome.alert), "ErrorUrl": url}
        fallback = await webhooks.send(
            "fallback", number.sms_fallback_url, params, number.sms_fallback_method
        )
        _use(simulator, fallback, message, number)
        result["fallback"] = fallback.as_dict()
    return result


def _use(simulator: Simulator, outcome: Outcome, message: Message, number: Number) -> None:
    """Send what the answer says, or note what is wrong with it."""
    if outcome.failure is None:
        try:
            for reply in read_answer(outcome.content_type, outcome.body):
                _reply(simulator, reply, message, number)
        except BadAnswer as bad:
            outcome.alert = bad.code
            outcome.tries[-1]["error"] = str(bad)
    simulator.sender.report(outcome, message.sid)


def _reply(simulator: Simulator, reply: Reply, message: Message, number: Number) -> None:
    sender = simulator.state.numbers.get(reply.from_, number)
    recipient = reply.to or message.from_
    if (recipient, sender.address) in simulator.state.opt_outs:
        raise BadAnswer(21610, "The answer's message is for a contact who has opted out.")
    _send(simulator, reply, sender, recipient)


def _send(simulator: Simulator, reply: Reply, number: Number, recipient: str) -> None:
    message = Message(
        sid=new_sid("MM" if reply.media_urls else "SM"),
        direction="outbound-reply",
        from_=number.address,
        to=recipient,
        body=reply.body,
        status="queued",
        num_segments=count_segments(reply.body),
        media_urls=reply.media_urls,
        status_callback=reply.status_callback,
        itsp=CODE,
    )
    simulator.delivery.accept(message, number)
