"""A line that is ready, for a demo: a channel on the stand-in for an ITSP, and conversations on it.

All of it goes by the roads that people and contacts take: the actions of pages, and signed webhooks.
"""

import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from accounts.models import Role, User
from channels import actions as channels
from channels.itsp import ITSPS
from channels.itsp.delivery import IN_FLIGHT, WAITING
from channels.itsp.set_up import CheckOutcome, SetUp
from channels.models import Channel, Number
from channels.webhook.url import new_token, webhook_url
from pbx_messaging.embedded.stand_in import StandIn
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.models import Message, MessagingSession

NAME, LINE = "Demo line", "+61491570156"  # of those that Australia keeps for films and books
CHECKED_WITHIN_S, SENT_WITHIN_S = 30.0, 15.0


class NotReady(Exception):
    """What was waited for did not happen."""


def make_channel(stand_in: StandIn, queue: MessageQueue) -> Number:
    """As an administrator adds it who ticks the number and has its webhook set. Returns when that is done."""
    stand_in.buy(LINE)
    login = stand_in.logins()[0]
    itsp, credentials = ITSPS[login.itsp], login.credentials
    itsp.check_credentials(credentials)
    administrator = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk")[0]
    token = new_token(administrator)
    account = itsp.list_numbers(credentials, SetUp([], webhook_url(token, itsp)))
    findings = [one for number in account.numbers if number.address == LINE for one in number.findings]
    rule = {"number": LINE, "extension": None, "queue": queue, "number_rate": None}
    channel = channels.create_channel(
        token=token,
        verification=channels.Verification(Channel.Status.CONNECTED),
        rules=[{**rule, "initiators": list(queue.agents.live())}],
        approved=[finding for finding in findings if finding.changes],
        name=NAME,
        itsp=itsp.code,
        credentials=credentials,
        sending_rate=10,
    )
    is_set = channel.set_up_results.filter(check_name="webhook", outcome=CheckOutcome.PASS)
    _wait(is_set.exists, CHECKED_WITHIN_S, "no worker has set the webhook")
    return channel.numbers.get()


@dataclass(frozen=True)
class Conversation:
    """With one contact, on the line."""

    number: Number
    contact: str
    stand_in: StandIn

    @property
    def session(self) -> MessagingSession:
        return MessagingSession.objects.open().get(number=self.number, contact=self.contact)

    def hears(self, body: str, picture: bytes = b"") -> None:
        self.stand_in.text(body, sender=self.contact, to=self.number.address, picture=picture)

    def answers(self, agent: Extension, body: str) -> None:
        """Returns when it has left."""
        session = self.session
        if session.agent is None:
            actions.pick_up(session, agent=agent)
        _leaves(actions.reply(session, agent=agent, body=body))

    def is_begun_by(self, agent: Extension, body: str) -> None:
        _leaves(actions.start_session(agent=agent, number=self.number, contact=self.contact, body=body))

    def is_closed_by(self, agent: Extension) -> None:
        actions.close(self.session, agent=agent)


def hold(number: Number, stand_in: StandIn, agents: Sequence[Extension]) -> None:
    """Those conversations that were not begun yet, the oldest first. `agents`: two or more of the queue."""
    first, second = agents[:2]

    def closed(one: Conversation) -> None:
        one.hears("Do you have the blue one in stock?")
        one.answers(second, "Yes, three of them. Shall I put one aside for you?")
        one.hears("Please do, I come by this afternoon.")
        one.is_closed_by(second)

    def undelivered(one: Conversation) -> None:
        one.hears("Please call me back about my invoice.")
        one.stand_in.undeliver_next(to=one.contact)
        one.answers(second, "We have just tried and could not reach you. When would suit you?")

    def begun(one: Conversation) -> None:
        one.is_begun_by(first, "Good morning! Your order 4711 is ready, you can fetch it until six.")

    def answered(one: Conversation) -> None:
        one.hears("What time do you close on Saturdays?")
        one.answers(first, "At four, and at six on all other days.")
        one.hears("Great, thank you!")

    def with_picture(one: Conversation) -> None:
        one.hears("My parcel arrived like this. What can I do?", picture=parcel())

    def waiting(one: Conversation) -> None:
        one.hears("Hello, is the table for two at seven still free tonight?")

    told: dict[str, tuple[str, Callable[[Conversation], None]]] = {
        "+61491570157": ("Noah Brown", closed),
        "+61491570158": ("Olivia Martin", undelivered),
        "+61491570159": ("Liam Wilson", begun),
        "+61491570110": ("Mia Wong", answered),
        "+61491570313": ("", with_picture),
        "+61491570737": ("Ruby Taylor", waiting),
    }
    for contact, (name, tell) in told.items():
        if not MessagingSession.objects.filter(number=number, contact=contact).exists():
            if name:
                actions.save_contact(address=contact, name=name, notes="")
            tell(Conversation(number, contact, stand_in))


def parcel() -> bytes:
    """A box with a dent, as a phone would send it."""
    image = Image.new("RGB", (640, 480), "#dfe6ea")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 340, 640, 480), fill="#b9c4c9")
    draw.polygon([(150, 180), (320, 120), (500, 180), (330, 250)], fill="#d8a765")
    draw.polygon([(150, 180), (330, 250), (330, 410), (150, 330)], fill="#b98443")
    draw.polygon([(500, 180), (330, 250), (330, 410), (500, 330)], fill="#a5733a")
    draw.polygon([(370, 235), (430, 208), (450, 300), (395, 330), (410, 275)], fill="#6d4a22")
    draw.line([(235, 150), (415, 215)], fill="#efd9ae", width=14)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=85)
    return written.getvalue()


def _leaves(message: Message) -> None:
    with_us = Message.objects.filter(pk=message.pk, status__in=WAITING | IN_FLIGHT)
    _wait(lambda: not with_us.exists(), SENT_WITHIN_S, "no sender has sent a text")


def _wait(happened: Callable[[], bool], within_s: float, words: str) -> None:
    ends_at = time.monotonic() + within_s
    while not happened():
        if time.monotonic() > ends_at:
            raise NotReady(words)
        time.sleep(0.1)
