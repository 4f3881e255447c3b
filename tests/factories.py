"""Rows that tests begin with, as an admin would have made them."""

from dataclasses import dataclass

from accounts.models import Role, User
from channels.models import Channel, Number, WebhookAddress
from channels.webhook import url as webhook_url
from routing.models import Extension, MessageQueue
from tests.twilio_texts import ACCOUNT_SID, AUTH_TOKEN, CONTACT, OUR_NUMBER

__all__ = ["ACCOUNT_SID", "AUTH_TOKEN", "CONTACT", "OUR_NUMBER"]


def make_agent(number: str, name: str = "Ada") -> Extension:
    user = User.objects.create_user(f"agent{number}", password="secret-of-the-agent", role=Role.AGENT)
    return Extension.objects.create(number=number, name=name, user=user)


def make_queue(*agents: Extension, name: str = "Support") -> MessageQueue:
    queue = MessageQueue.objects.create(name=name)
    queue.agents.set(agents)
    return queue


@dataclass(frozen=True)
class Road:
    """A channel with one number, and the token of its webhook."""

    channel: Channel
    number: Number
    token: str

    @property
    def path(self) -> str:
        return f"/w/{self.token}/"


def make_road(
    destination: Extension | MessageQueue,
    *initiators: Extension,
    address: str = OUR_NUMBER,
    name: str = "Main",
    rate: int = 10,
    account_sid: str = ACCOUNT_SID,
    auth_token: str = AUTH_TOKEN,
) -> Road:
    channel = Channel.objects.create(
        name=name,
        itsp="twilio",
        credentials={"account_sid": account_sid, "auth_token": auth_token},
        sending_rate=rate,
        status=Channel.Status.CONNECTED,
    )
    admin, _ = User.objects.get_or_create(username="admin", defaults={"role": Role.ADMINISTRATOR})
    token = webhook_url.new_token(admin)
    WebhookAddress.objects.create(channel=channel, token=token, token_hash=webhook_url.hash_of(token))
    kind = {"extension": destination} if isinstance(destination, Extension) else {"queue": destination}
    number = Number.objects.create(channel=channel, address=address, **kind)
    number.initiators.set(initiators)
    return Road(channel, number, token)
