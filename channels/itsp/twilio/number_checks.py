"""What Twilio knows of one number: whose it is, what it can do, where its texts go, if it is registered."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.directions import isolated
from channels.itsp.set_up import Change, Check, CheckOutcome, Finding
from channels.itsp.twilio.http import ERRORS
from channels.itsp.twilio.services import Service, Services
from channels.phone_numbers import country_of, is_toll_free

NUMBERS = "https://console.twilio.com/us1/develop/phone-numbers/manage/incoming"
SERVICES = "https://console.twilio.com/us1/develop/sms/services"
A2P = "https://www.twilio.com/docs/messaging/compliance/a2p-10dlc"
TOLL_FREE = "https://www.twilio.com/docs/messaging/compliance/toll-free/console-onboarding"
SUB_ACCOUNTS_ASKED = 50

Untold = Callable[[Check, Exception, str], Finding]


@dataclass
class NumberChecks:
    """`client` and `account` are Twilio's, `webhook_url` is ours with the connection overrides."""

    client: Any
    account: Any
    services: Services
    address: str
    webhook_url: str
    listed: Mapping[str, Any] | None = None  # all numbers of the account, where they are known
    channel_at: Callable[[str], str] = lambda _url: ""  # as of `SetUp`

    def findings(self, untold: Untold) -> Iterator[Finding]:
        """Of a number that this account does not have, there is nothing more to ask."""
        if not self.address.startswith("+"):
            why = _("Short codes are not in Twilio’s list of numbers.")
            what_to_do = _("Check the short code in the Twilio portal.")
            finding = Finding(Check.OWNED, CheckOutcome.CANNOT_TELL, why, what_to_do, NUMBERS)
            yield replace(finding, number=self.address)
            return
        try:
            found = self.find()
            has_it = _("The account of this channel has the number.")
            finding = self._passed(Check.OWNED, has_it) if found else self._foreign()
        except ERRORS as error:
            yield untold(Check.OWNED, error, self.address)
            return
        yield finding
        if found is None:
            return
        answers = (self._capable, self.webhook, self.override, self._registration)
        for check, answer in zip(
            (Check.CAPABLE, Check.WEBHOOK, Check.OVERRIDE, Check.REGISTRATION), answers, strict=True
        ):
            try:
                known = answer(found)
            except ERRORS as error:
                known = untold(check, error, self.address)
            if known:
                yield known

    def find(self) -> Any:
        """The account's own number; Twilio's filter finds others that contain these digits too."""
        if self.listed is not None:
            return self.listed.get(self.address)
        found = self.client.incoming_phone_numbers.list(phone_number=self.address)
        if not all(isinstance(number.phone_number, str) for number in found):
            raise TypeError("a number without its address")
        return next((number for number in found if number.phone_number == self.address), None)

    # --- whose it is, what it can do ---

    def _foreign(self) -> Finding:
        is_sub_account = self.account.owner_account_sid not in (None, "", self.account.sid)
        owner = None if is_sub_account else self._sub_account_with_it()
        if owner:
            why = _("The number belongs to the sub-account “%(name)s” (%(sid)s).")
            what_to_do = _("Enter that sub-account’s Account SID and Auth Token in the channel.")
            named = {"name": isolated(owner.friendly_name), "sid": owner.sid}
            return self._failed(Check.OWNED, why % named, what_to_do, NUMBERS)
        why = _("The account of this channel does not have this number.")
        if is_sub_account:
            what_to_do = _(
                "This is a sub-account. If the number was purchased with the parent account, enter the "
                "parent’s Account SID and Auth Token; otherwise purchase it, or correct it in the channel."
            )
        else:
            what_to_do = _("Purchase the number with this account, or correct it in the channel.")
        return self._failed(Check.OWNED, why, what_to_do, NUMBERS)

    def _sub_account_with_it(self) -> Any:
        for account in self.client.api.accounts.list(limit=SUB_ACCOUNTS_ASKED):
            if account.sid == self.account.sid:
                continue
            theirs = self.client.api.accounts(account.sid).incoming_phone_numbers
            found = theirs.list(phone_number=self.address)
            if any(number.phone_number == self.address for number in found):
                return account
        return None

    def _capable(self, number: Any) -> Finding:
        can = number.capabilities
        if not isinstance(can.get("sms"), bool):
            raise TypeError("no word of SMS")
        if not can.get("sms"):
            why = _("The number has no SMS feature.")
            return self._failed(Check.CAPABLE, why, _("Purchase a number with SMS feature."), NUMBERS)
        if can.get("mms"):
            return self._passed(Check.CAPABLE, _("Texts and pictures (SMS and MMS)."))
        return self._passed(Check.CAPABLE, _("Texts (SMS); pictures (MMS) are not possible."))

    # --- where its texts go ---

    def webhook(self, number: Any) -> Finding:
        changes = self.webhook_changes(number)
        if not _same(number.sms_url, self.webhook_url):
            what_to_do = _("Paste the Webhook URL at “A message comes in” of the number.")
            return self._failed(Check.WEBHOOK, self._where(number.sms_url), what_to_do, NUMBERS, changes)
        if number.sms_method != "POST":
            why = _("The webhook is called with HTTP GET, which PBX does not answer.")
            return self._failed(Check.WEBHOOK, why, _("Choose HTTP POST."), NUMBERS, changes)
        why = _("Texts to the number come to PBX.")
        if not changes:
            return self._passed(Check.WEBHOOK, why)
        hint = _("If PBX does not answer at once, Twilio would hardly try again: this can be improved.")
        return self._passed(Check.WEBHOOK, why, hint, changes)

    def _where(self, url: str | None) -> str:
        """Another channel's Webhook URL is not shown: it is as good as a key."""
        if not url:
            return _("The number has no webhook: texts to it go nowhere.")
        if name := self.channel_at(url):
            return _("Texts to the number go to the Webhook URL of the channel “%(name)s”.") % {
                "name": isolated(name)
            }
        return _("Texts to the number go to %(url)s.") % {"url": url}

    def webhook_changes(self, number: Any) -> list[Change]:
        """Another fallback URL than ours stays; none becomes ours, called without the overrides."""
        bare = self.webhook_url.partition("#")[0]
        fields = [("sms_url", _("A message comes in"), number.sms_url, self.webhook_url)]
        fields += [("sms_method", _("HTTP method"), number.sms_method, "POST")]
        if not number.sms_fallback_url:
            fields += [("sms_fallback_url", _("Primary handler fails"), "", bare)]
        return [Change(*one[:2], one[2] or "", one[3]) for one in fields if (one[2] or "") != one[3]]

    def override(self, number: Any) -> Finding:
        changes = self.override_changes(number)
        if number.sms_application_sid:
            why = _("The TwiML App %(sid)s takes the number’s texts, and its webhook is ignored.")
            why %= {"sid": number.sms_application_sid}
            what_to_do = _("Take the number out of the TwiML App.")
            return self._failed(Check.OVERRIDE, why, what_to_do, NUMBERS, changes)
        service = self.services.of(number.sid)
        if service is None:
            return self._passed(Check.OVERRIDE, _("No TwiML App and no Messaging Service takes its texts."))
        named = {"name": isolated(service.name), "url": service.inbound_url}
        if not changes:
            why = _("The Messaging Service “%(name)s” leaves the number’s texts to PBX.")
            return self._passed(Check.OVERRIDE, why % named)
        why = (
            _("The Messaging Service “%(name)s” takes the number’s texts to %(url)s.")
            if service.inbound_url
            else _("The Messaging Service “%(name)s” drops the number’s texts.")
        )
        what_to_do = _("In the service’s Integration page, choose “Defer to sender’s webhook”.")
        return self._failed(Check.OVERRIDE, why % named, what_to_do, SERVICES, changes)

    def override_changes(self, number: Any) -> list[Change]:
        """One at a time: while a TwiML App has the number, its Messaging Service does not matter."""
        if number.sms_application_sid:
            return [Change("sms_application_sid", _("TwiML App"), number.sms_application_sid, "")]
        service = self.services.of(number.sid)
        if service is None or service.defers_to_number or _same(service.inbound_url, self.webhook_url):
            return []
        return [self._deferring(service)]

    def _deferring(self, service: Service) -> Change:
        label = ngettext(
            "Messaging Service “%(name)s”: texts to the %(count)d number in it go to",
            "Messaging Service “%(name)s”: texts to all %(count)d numbers in it go to",
            len(service.numbers),
        )
        label %= {"name": isolated(service.name), "count": len(service.numbers)}
        after = _("the webhook of each number")
        return Change(f"service:{service.sid}", label, service.inbound_url, after)

    # --- registration ---

    def _registration(self, number: Any) -> Finding | None:
        if country_of(self.address) != "US":
            return None
        if is_toll_free(self.address):
            return self._toll_free(number)
        service = self.services.of(number.sid)
        status = self.services.campaign_status(service) if service else ""
        if status == "VERIFIED":
            why = _(
                "The number is in the Messaging Service “%(name)s”, whose A2P 10DLC campaign is verified."
            )
            return self._passed(Check.REGISTRATION, why % {"name": isolated(service.name) if service else ""})
        if status in {"PENDING", "IN_PROGRESS"}:
            why = _("The A2P 10DLC campaign is being reviewed; until then, texts to US numbers are blocked.")
            return self._failed(Check.REGISTRATION, why, _("Wait for Twilio’s decision."), A2P)
        if status:
            why = _("The A2P 10DLC campaign is %(status)s: texts to US numbers are blocked.")
            what_to_do = _("See in the Twilio portal why, and submit it again.")
            return self._failed(Check.REGISTRATION, why % {"status": status}, what_to_do, A2P)
        why = _("The number is not registered for A2P 10DLC: texts to US numbers are blocked.")
        what_to_do = _("Register your business and the number at Twilio.")
        return self._failed(Check.REGISTRATION, why, what_to_do, A2P)

    def _toll_free(self, number: Any) -> Finding:
        verifications = self.client.messaging.v1.tollfree_verifications
        statuses = {str(one.status) for one in verifications.list(tollfree_phone_number_sid=number.sid)}
        if "TWILIO_APPROVED" in statuses:
            return self._passed(Check.REGISTRATION, _("The toll-free number is verified."))
        if statuses & {"PENDING_REVIEW", "IN_REVIEW"}:
            why = _("The toll-free verification is being reviewed; until then, texts are blocked.")
            return self._failed(Check.REGISTRATION, why, _("Wait for Twilio’s decision."), TOLL_FREE)
        why = (
            _("The toll-free verification was rejected: texts are blocked.")
            if statuses
            else _("The toll-free number is not verified: texts are blocked.")
        )
        what_to_do = _("Submit the toll-free verification in the Twilio portal.")
        return self._failed(Check.REGISTRATION, why, what_to_do, TOLL_FREE)

    # --- findings of this number ---

    def _passed(
        self, check: Check, why: str, what_to_do: str = "", changes: Sequence[Change] = ()
    ) -> Finding:
        return Finding(check, CheckOutcome.PASS, why, what_to_do, "", self.address, changes)

    def _failed(
        self, check: Check, why: str, what_to_do: str, link: str, changes: Sequence[Change] = ()
    ) -> Finding:
        return Finding(check, CheckOutcome.FAIL, why, what_to_do, link, self.address, changes)

    # --- fixing ---

    def apply(self, number: Any, changes: Iterable[Change]) -> None:
        """First where the texts go, then what kept them from going there."""
        changes = list(changes)
        fields = {change.field: change.after for change in changes if ":" not in change.field}
        if fields:
            number.update(**fields)
        for change in changes:
            if change.field.startswith("service:"):
                service = self.client.messaging.v1.services(change.field.partition(":")[2])
                service.update(use_inbound_webhook_on_number=True)


def _same(url: str | None, ours: str) -> bool:
    """True for our Webhook URL, with or without connection overrides."""
    return (url or "").partition("#")[0] == ours.partition("#")[0]
