"""A small business in mid-day: what the screenshots show, and what every page is looked at with."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEntry, Role, User
from channels.itsp import ITSPS
from channels.itsp.texts import Charge
from channels.models import Channel, FetchGap
from channels.set_up import preflight
from channels.webhook import keys as webhook_keys
from channels.webhook import url as webhook_url
from routing.models import Extension, MessageQueue, OpeningHours
from sessions import actions, charges
from sessions.models import (
    Attempt,
    CannedReply,
    Contact,
    ContactField,
    ContactLink,
    ContactValue,
    Message,
    MessagingSession,
    Tag,
)
from stats import costs
from tests.factories import make_road
from tests.servers import Simulator
from tests.waiting import wait_until

PASSWORDS = {"admin": "admin-demo", "alice": "alice-demo", "bob": "bob-demo", "sam": "sam-demo-42"}
NUMBER, SECOND = "+14155550100", "+447700900123"
ANNA = "+254712345678"
TEXTS = (  # contact, name, our number, what they write
    ("+14155550111", "Nadia Okafor", NUMBER, "Hi! Is my order ready to be picked up?"),
    ("+14155550112", "Luis Romero", NUMBER, "Do you repair e-bikes, too?"),
    ("+14155550113", "Mei Tanaka", NUMBER, "The invoice shows the old address."),
    ("+14155550114", "", NUMBER, "Are you open on Sunday?"),
    ("+14155550115", "Jonas Weber", NUMBER, "Thanks, all works again 👍"),
    ("+447700900555", "Priya Shah", SECOND, "Can I move my appointment to Friday?"),
)
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNk+M+ABzDhkxy50gBALQETmXEDiQAAAABJRU5ErkJggg=="
)


class World:
    """Made once the processes run: texts come in by the webhook and leave through the worker."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        call_command("seed_demo", verbosity=0)
        self.alice, self.bob = (Extension.objects.get(number=number) for number in ("1001", "1002"))
        self.support = MessageQueue.objects.get()
        self.sam = User.objects.create_user(
            "sam", password=PASSWORDS["sam"], role=Role.SUPERVISOR, first_name="Sam", last_name="Hughes"
        )
        self.support.supervisors.add(self.sam)
        for day in range(5):
            OpeningHours.objects.create(queue=self.support, weekday=day, opens_at="00:00", closes_at="00:00")
        self._make_channel()
        self._make_desk()

    def _make_channel(self) -> None:
        account = self.simulator.get("/control/state")
        login = {name: account[name] for name in ("account_sid", "auth_token")}
        road = make_road(self.support, self.alice, self.bob, address=NUMBER, name="Main line", **login)
        self.channel = road.channel
        second = {"address": SECOND, "extension": Extension.objects.get(number="1004")}
        self.channel.numbers.create(**second).initiators.add(self.alice)
        self.refused = Channel.objects.create(
            name="Marketing",
            itsp="twilio",
            credentials=login | {"auth_token": "0" * 32},
            status=Channel.Status.FAILING,
            status_reason="Twilio does not accept the account's credentials.",
        )
        preflight.run(self.refused.pk)
        webhook_keys.remember_all()
        url = webhook_url.webhook_url(road.token, ITSPS["twilio"])
        for number in (NUMBER, SECOND):
            self.simulator.post("/control/numbers", {"address": number, "sms_url": url, "rate": "unlimited"})

    def _make_desk(self) -> None:
        for contact, name, _number, _body in TEXTS:
            if name:
                Contact.objects.create(address=contact, name=name)
        self._make_fields()
        self.order, self.urgent = (
            Tag.objects.create(name=name, colour=colour)
            for name, colour in (("order", "blue"), ("urgent", "red"))
        )
        self.hours = CannedReply.objects.create(
            shortcut="hours", body="We are open Monday to Friday, 9 to 6."
        )
        CannedReply.objects.create(
            shortcut="thanks", body="Thank you, {contact}! {agent}", queue=self.support
        )

    def _make_fields(self) -> None:
        """What is noted of Nadia in them; one is archived."""
        kinds = ContactField.Kind
        named = (
            ("Customer no", kinds.TEXT, "C-4711"),
            ("Plan", kinds.CHOICE, "Gold"),
            ("Contract ends", kinds.DATE, "2027-03-31"),
            ("Website", kinds.WEB, "https://www.example.com/nadia"),
            ("Fax", kinds.TEXT, "none"),
        )
        nadia = Contact.objects.get(name="Nadia Okafor")
        for place, (name, kind, value) in enumerate(named):
            options = ["Gold", "Silver", "Trial"] if kind == kinds.CHOICE else []
            values = {"key": name.casefold(), "kind": kind, "options": options, "position": place}
            field = ContactField.objects.create(name=name, **values)
            ContactValue.objects.create(contact=nadia, field=field, value=value)
        ContactField.objects.filter(name="Fax").update(archived_at=timezone.now())
        self.field = ContactField.objects.get(name="Plan")
        self.link = ContactLink.objects.create(
            label="Customer in the CRM", pattern="https://crm.example.com/search?phone={number}"
        )
        shop = "https://shop.example.com/orders?customer={field:Customer no}"
        ContactLink.objects.create(label="Orders", pattern=shop)

    def live(self) -> None:
        """A morning's texts and answers."""
        for contact, _name, number, body in TEXTS:
            self.text(contact, number, body)
        nadia, _luis, mei, _unknown, jonas = (self.session_of(contact) for contact, *_ in TEXTS[:5])
        for session in (nadia, mei, jonas):
            actions.pick_up(session, agent=self.alice)
        actions.reply(nadia, agent=self.alice, body="Good morning! Yes, since nine o'clock.")
        self.wait_for(nadia, "delivered")
        picture = {"content_type": "image/png", "data": PIXEL}
        self.text(nadia.contact, NUMBER, "Great. Is this the right door?", media=[picture])
        actions.add_note(nadia, agent=self.alice, body="Paid already; invoice 2041.")
        actions.set_tags(nadia, tags=[self.order])
        self.simulator.post("/control/faults", {"kind": "undeliver", "count": 1, "code": 30003})
        actions.reply(mei, agent=self.alice, body="We have changed it. The new invoice is on its way.")
        self.wait_for(mei, "undelivered")
        actions.close(jonas, agent=self.alice)
        self.text("+14155550116", NUMBER, "STOP")
        self._tell_prices()
        self._put_off()
        self._make_gaps()
        long_ago = timezone.now() - timedelta(days=400)
        AuditEntry.objects.create(
            at=long_ago, action="changed", kind="routing.extension", name="Alice (1001)"
        )

    @transaction.atomic
    def _tell_prices(self) -> None:
        """Of all texts but the newest, as the ITSP's list would in some hours."""
        texts = Message.objects.filter(channel=self.channel).select_related("session").order_by("pk")
        attempts = Attempt.objects.exclude(itsp_message_id=None).select_related("message__session")
        told = [(one, str(one.itsp_message_id), one.created_at) for one in list(texts)[:-1]]
        told += [
            (one.message, str(one.itsp_message_id), one.claimed_at or one.created_at) for one in attempts
        ]
        price = Charge(1, Decimal("0.0079"), "USD")
        channel = self.channel.pk
        charges.note(
            [],
            [
                charges.Told(charges.Place.of(text, channel, at=at), text, itsp_id, price)
                for text, itsp_id, at in told
            ],
        )
        costs.fold()

    def _put_off(self) -> None:
        """In another zone, as the fields of a time show it."""
        Contact.objects.create(address=ANNA, name="Anna Wanjiru")
        number, tomorrow = self.channel.numbers.get(address=NUMBER), timezone.now() + timedelta(days=1)
        start: dict[str, Any] = {"agent": self.alice, "number": number, "contact": ANNA}
        body = "Your parcel is ready to be collected."
        message = actions.start_session(**start, body=body, due_at=tomorrow, until_reply=True)
        actions.snooze(message.session, agent=self.alice, until=tomorrow + timedelta(days=1))

    def _make_gaps(self) -> None:
        """One after a restart, and one that the ITSP did not tell of yet."""
        now = timezone.now()
        for cause, minutes, values in (
            (FetchGap.Cause.AWAY, 40, {"fetched": 3, "finished_at": now - timedelta(minutes=38)}),
            (FetchGap.Cause.RECONNECTED, 5, {"reason": "The ITSP could not be reached.", "tries": 1}),
        ):
            since, until = now - timedelta(minutes=minutes), now - timedelta(minutes=minutes - 2)
            times = {"since": since, "until": until, "asked_at": until, "due_at": now + timedelta(hours=1)}
            FetchGap.objects.create(channel=self.channel, cause=cause, **times, **values)

    def text(self, contact: str, number: str, body: str, **more: Any) -> None:
        answer = self.simulator.post(
            "/control/inbound", {"from": contact, "to": number, "body": body, "wait": True, **more}
        )
        assert answer["status"] == 200, answer

    def session_of(self, contact: str) -> MessagingSession:
        return MessagingSession.objects.get(contact=contact)

    def wait_for(self, session: MessagingSession, status: str) -> None:
        wait_until(lambda: session.messages.filter(status=status).exists(), timeout_s=30)
