"""What Twilio knows of one number: whose it is, what it can do, where its texts go, if it is registered."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.directions import isolated
from channels.itsp import check_words as common
from channels.itsp.set_up import Change, Check, CheckOutcome, Finding
from channels.itsp.twilio import check_words as words
from channels.itsp.twilio.http import ERRORS
from channels.itsp.twilio.services import Service, Services
from channels.phone_numbers import country_of, is_toll_free

NAME = "Twilio"
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
            why, what_to_do = common.SHORT_CODE(itsp=NAME), common.CHECK_SHORT_CODE(itsp=NAME)
            finding = Finding(Check.OWNED, CheckOutcome.CANNOT_TELL, why, what_to_do, NUMBERS)
            yield replace(finding, number=self.address)
            return
        try:
            found = self.find()
            finding = self._passed(Check.OWNED, common.HAS_NUMBER()) if found else self._foreign()
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
            why = words.OF_SUB_ACCOUNT(name=isolated(owner.friendly_name), sid=owner.sid)
            return self._failed(Check.OWNED, why, words.ENTER_SUB_ACCOUNT(), NUMBERS)
        what_to_do = words.ENTER_PARENT() if is_sub_account else common.PURCHASE()
        return self._failed(Check.OWNED, common.HAS_NO_SUCH_NUMBER(), what_to_do, NUMBERS)

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
            return self._failed(Check.CAPABLE, common.NO_SMS(), common.PURCHASE_SMS(), NUMBERS)
        return self._passed(Check.CAPABLE, common.SMS_AND_MMS() if can.get("mms") else common.SMS_ONLY())

    # --- where its texts go ---

    def webhook(self, number: Any) -> Finding:
        changes = self.webhook_changes(number)
        if not _same(number.sms_url, self.webhook_url):
            where = self._where(number.sms_url)
            return self._failed(Check.WEBHOOK, where, words.PASTE_URL(), NUMBERS, changes)
        if number.sms_method != "POST":
            why, what_to_do = words.CALLED_BY_GET(), words.CHOOSE_POST()
            return self._failed(Check.WEBHOOK, why, what_to_do, NUMBERS, changes)
        hint = words.HARDLY_TRIES_AGAIN() if changes else ""
        return self._passed(Check.WEBHOOK, words.COMES_TO_US(), hint, changes)

    def _where(self, url: str | None) -> str:
        """Another channel's Webhook URL is not shown: it is as good as a key."""
        if not url:
            return words.GOES_NOWHERE()
        if name := self.channel_at(url):
            return words.GOES_TO_CHANNEL(name=isolated(name))
        return words.GOES_ELSEWHERE(url=url)

    def webhook_changes(self, number: Any) -> list[Change]:
        """Another fallback URL than ours stays; none becomes ours, called without the overrides."""
        bare = self.webhook_url.partition("#")[0]
        fields = [("sms_url", words.COMES_IN(), number.sms_url, self.webhook_url)]
        fields += [("sms_method", words.METHOD(), number.sms_method, "POST")]
        if not number.sms_fallback_url:
            fields += [("sms_fallback_url", words.FALLBACK(), "", bare)]
        return [Change(*one[:2], one[2] or "", one[3]) for one in fields if (one[2] or "") != one[3]]

    def override(self, number: Any) -> Finding:
        changes = self.override_changes(number)
        if number.sms_application_sid:
            why = words.APP_TAKES(sid=number.sms_application_sid)
            return self._failed(Check.OVERRIDE, why, words.LEAVE_APP(), NUMBERS, changes)
        service = self.services.of(number.sid)
        if service is None:
            return self._passed(Check.OVERRIDE, words.NOTHING_TAKES())
        name = isolated(service.name)
        if not changes:
            return self._passed(Check.OVERRIDE, words.SERVICE_LEAVES(name=name))
        why = (
            words.SERVICE_TAKES(name=name, url=service.inbound_url)
            if service.inbound_url
            else words.SERVICE_DROPS(name=name)
        )
        return self._failed(Check.OVERRIDE, why, words.DEFER(), SERVICES, changes)

    def override_changes(self, number: Any) -> list[Change]:
        """One at a time: while a TwiML App has the number, its Messaging Service does not matter."""
        if number.sms_application_sid:
            return [Change("sms_application_sid", words.APP(), number.sms_application_sid, "")]
        service = self.services.of(number.sid)
        if service is None or service.defers_to_number or _same(service.inbound_url, self.webhook_url):
            return []
        return [self._deferring(service)]

    def _deferring(self, service: Service) -> Change:
        label = words.SERVICE_GOES_TO(name=isolated(service.name), count=len(service.numbers))
        return Change(f"service:{service.sid}", label, service.inbound_url, words.WEBHOOK_OF_EACH())

    # --- registration ---

    def _registration(self, number: Any) -> Finding | None:
        if country_of(self.address) != "US":
            return None
        if is_toll_free(self.address):
            return self._toll_free(number)
        service = self.services.of(number.sid)
        status = self.services.campaign_status(service) if service else ""
        if status == "VERIFIED":
            why = words.CAMPAIGN_VERIFIED(name=isolated(service.name) if service else "")
            return self._passed(Check.REGISTRATION, why)
        if status in {"PENDING", "IN_PROGRESS"}:
            why, what_to_do = words.CAMPAIGN_REVIEWED(), common.AWAIT_DECISION(itsp=NAME)
        elif status:
            why, what_to_do = words.CAMPAIGN_STATUS(status=status), words.SUBMIT_CAMPAIGN()
        else:
            why, what_to_do = common.NOT_REGISTERED(), common.REGISTER(itsp=NAME)
        return self._failed(Check.REGISTRATION, why, what_to_do, A2P)

    def _toll_free(self, number: Any) -> Finding:
        verifications = self.client.messaging.v1.tollfree_verifications
        statuses = {str(one.status) for one in verifications.list(tollfree_phone_number_sid=number.sid)}
        if "TWILIO_APPROVED" in statuses:
            return self._passed(Check.REGISTRATION, common.TOLL_FREE_VERIFIED())
        if statuses & {"PENDING_REVIEW", "IN_REVIEW"}:
            why, what_to_do = common.TOLL_FREE_REVIEWED(), common.AWAIT_DECISION(itsp=NAME)
            return self._failed(Check.REGISTRATION, why, what_to_do, TOLL_FREE)
        why = common.TOLL_FREE_REJECTED() if statuses else common.TOLL_FREE_NOT_VERIFIED()
        return self._failed(Check.REGISTRATION, why, common.SUBMIT_TOLL_FREE(itsp=NAME), TOLL_FREE)

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
