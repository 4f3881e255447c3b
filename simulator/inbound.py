"""A contact texts one of the account's numbers: opt-out words, the webhook, its fallback, its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.delivery import Delivery
from simulator.encoding import new_sid
from simulator.inbound_fields import inbound_params
from simulator.optout import ANSWERS, opt_out_type
from simulator.outcome import Outcome
from simulator.records import Account, Media, Message, Number
from simulator.segments import count_segments
from simulator.settings import Settings
from simulator.state import State
from simulator.twiml import BadAnswer, Reply, read_answer
from simulator.views import message_event
from simulator.webhooks import WebhookSender


@dataclass(frozen=True, slots=True)
class Picture:
    """Media that a contact sends."""

    content_type: str
    data: bytes
    disposition: str = ""


class Inbound:
    """Takes a contact's text to the product."""

    def __init__(
        self, account: Account, state: State, settings: Settings, sender: WebhookSender, delivery: Delivery
    ) -> None:
        self._account = account
        self._state = state
        self._settings = settings
        self._sender = sender
        self._delivery = delivery

    def receive(self, contact: str, number: Number, body: str, pictures: list[Picture]) -> Message:
        """The text has reached Twilio; `deliver` then takes it to the webhook."""
        message = Message(
            sid=new_sid("MM" if pictures else "SM"),
            direction="inbound",
            from_=contact,
            to=number.address,
            body=body,
            status="received",
            num_segments=count_segments(body),
            ends_as="received",
        )
        message.sent_at = message.created_at
        message.enter("received", message.created_at)
        for picture in pictures:
            media = Media(
                new_sid("ME"),
                message.sid,
                picture.content_type,
                picture.data,
                message.created_at,
                picture.disposition,
            )
            self._state.add_media(media)
            message.media.append(media.sid)
        self._state.add_message(message)
        message_event(self._sender.journal, message)
        self._answer_word(message, number)
        return message

    async def deliver(
        self, message: Message, number: Number, extra: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Call the webhook, then its fallback; what came of it is kept on the message and returned.

        `extra` are fields that Twilio adds without notice.
        """
        service = self._state.service_of(number)
        params = inbound_params(self._account, message, self._state.media, service) | (extra or {})
        if self._settings.advanced_opt_out and (word := opt_out_type(message.body, number.address)):
            params["OptOutType"] = word
        url = number.sms_url
        if service and not service.use_inbound_webhook_on_number:
            url = service.inbound_request_url or ""
        if number.sms_application_sid:
            result: dict[str, Any] = {
                "error": "The number has a TwiML application; its webhook URL is ignored."
            }
        elif not url:
            whose = "The number's Messaging Service" if service else "The number"
            result = {"error": f"{whose} has no webhook URL."}
        else:
            result = await self._call(message, number, url, params)
        message.webhook = result
        self._state.changed_message(message)
        message_event(self._sender.journal, message)
        return result

    async def _call(
        self, message: Message, number: Number, url: str, params: dict[str, str]
    ) -> dict[str, Any]:
        outcome = await self._sender.send("inbound", url, params, number.sms_method)
        self._use(outcome, message, number)
        result = outcome.as_dict()
        if outcome.alert and number.sms_fallback_url:
            params = params | {"ErrorCode": str(outcome.alert), "ErrorUrl": url}
            fallback = await self._sender.send(
                "fallback", number.sms_fallback_url, params, number.sms_fallback_method
            )
            self._use(fallback, message, number)
            result["fallback"] = fallback.as_dict()
        return result

    def _use(self, outcome: Outcome, message: Message, number: Number) -> None:
        """Send what the answer says, or note what is wrong with it."""
        if outcome.failure is None:
            try:
                for reply in read_answer(outcome.content_type, outcome.body):
                    self._reply(reply, message, number)
            except BadAnswer as bad:
                outcome.alert = bad.code
                outcome.tries[-1]["error"] = str(bad)
        self._sender.report(outcome, message.sid)

    def _reply(self, reply: Reply, message: Message, number: Number) -> None:
        sender = self._state.numbers.get(reply.from_, number)
        recipient = reply.to or message.from_
        if (recipient, sender.address) in self._state.opt_outs:
            raise BadAnswer(21610, "The answer's message is for a contact who has opted out.")
        self._send(reply, sender, recipient)

    def _answer_word(self, message: Message, number: Number) -> None:
        """STOP and START change the pair's state and are confirmed when they do; HELP is answered."""
        word = opt_out_type(message.body, number.address)
        out = (message.from_, number.address) in self._state.opt_outs
        if word is None or (word == "STOP" and out) or (word == "START" and not out):
            return
        if word == "STOP":
            self._state.opt_out(message.from_, number.address)
        elif word == "START":
            self._state.opt_in(message.from_, number.address)
        self._send(Reply(ANSWERS[word]), number, message.from_)

    def _send(self, reply: Reply, number: Number, recipient: str) -> None:
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
        )
        self._delivery.accept(message, number)
