"""What Telnyx knows of one number: whose it is, what it can do, where its texts go, if it is registered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.directions import isolated
from channels.itsp import check_words as common
from channels.itsp.set_up import Change, Check, Finding, SetUp
from channels.itsp.telnyx import check_words as words
from channels.itsp.telnyx import registration
from channels.itsp.telnyx.errors import told
from channels.itsp.telnyx.findings import ERRORS, NAME, NUMBERS, PROFILES, cannot_tell, failed, passed, untold
from channels.itsp.telnyx.http import Client

API_VERSION = "2"


@dataclass
class NumberChecks:
    """`profile` is the channel's messaging profile, as Telnyx tells it."""

    client: Client
    profile: dict[str, Any]
    address: str
    set_up: SetUp

    def findings(self, found: dict[str, Any] | None) -> Iterator[Finding]:
        return (replace(one, number=self.address) for one in self._findings(found))

    def _findings(self, found: dict[str, Any] | None) -> Iterator[Finding]:
        """Of a number that this account does not have, there is nothing more to ask."""
        if found is None and not self.address.startswith("+"):
            why, what_to_do = common.SHORT_CODE(itsp=NAME), common.CHECK_SHORT_CODE(itsp=NAME)
            yield cannot_tell(Check.OWNED, why, what_to_do, NUMBERS)
            return
        if found is None:
            yield failed(Check.OWNED, common.HAS_NO_SUCH_NUMBER(), common.PURCHASE(), NUMBERS)
            return
        yield passed(Check.OWNED, common.HAS_NUMBER())
        yield self._capable(found)
        yield from self._about_texts(found)
        try:
            yield from registration.findings(self.client, self.address)
        except ERRORS as error:
            yield untold(Check.REGISTRATION, error)

    def can(self, found: dict[str, Any], what: str) -> bool:
        """`what`: sms or mms."""
        return bool((found.get("features") or {}).get(what))

    def _capable(self, found: dict[str, Any]) -> Finding:
        if not self.can(found, "sms"):
            return failed(Check.CAPABLE, common.NO_SMS(), common.PURCHASE_SMS(), NUMBERS)
        return passed(Check.CAPABLE, common.SMS_AND_MMS() if self.can(found, "mms") else common.SMS_ONLY())

    # --- where its texts go ---

    def about_texts(self, found: dict[str, Any]) -> Iterator[Finding]:
        return (replace(one, number=self.address) for one in self._about_texts(found))

    def _about_texts(self, found: dict[str, Any]) -> Iterator[Finding]:
        yield self._webhook()
        yield self._override(found)

    def changes(self, found: dict[str, Any]) -> list[Change]:
        """All that would lead the number's texts to the Webhook URL."""
        return [*self._profile_changes(), *self._number_changes(found)]

    def _webhook(self) -> Finding:
        changes, url = self._profile_changes(), self.profile.get("webhook_url")
        if url != self.set_up.webhook_url:
            return failed(Check.WEBHOOK, self._where(url), words.PASTE_URL(), PROFILES, changes=changes)
        if self.profile.get("webhook_api_version") != API_VERSION:
            why, what_to_do = words.OLD_VERSION(), words.CHOOSE_VERSION()
            return failed(Check.WEBHOOK, why, what_to_do, PROFILES, changes=changes)
        hint = words.NO_FAILOVER() if changes else ""
        return passed(Check.WEBHOOK, words.COMES_TO_US(), hint, changes=changes)

    def _where(self, url: str | None) -> str:
        """Another channel's Webhook URL is not shown: it is as good as a key."""
        if not url:
            return words.GOES_NOWHERE()
        if name := self.set_up.channel_at(url):
            return words.GOES_TO_CHANNEL(name=isolated(name))
        return words.GOES_ELSEWHERE(url=url)

    def _profile_changes(self) -> list[Change]:
        """Another failover URL than ours stays; none becomes ours, so that Telnyx tries three times more."""
        url = self.set_up.webhook_url
        fields = [("webhook_url", words.WEBHOOK(), url)]
        if not self.profile.get("webhook_failover_url"):
            fields += [("webhook_failover_url", words.FAILOVER(), url)]
        fields += [("webhook_api_version", words.VERSION(), API_VERSION)]
        wanted = [(name, label, str(self.profile.get(name) or ""), after) for name, label, after in fields]
        return [Change(*one) for one in wanted if one[2] != one[3]]

    def _override(self, found: dict[str, Any]) -> Finding:
        changes = self._number_changes(found)
        if not changes:
            return passed(Check.OVERRIDE, words.IN_PROFILE())
        is_in_other = bool(found.get("messaging_profile_id"))
        why = words.IN_OTHER_PROFILE() if is_in_other else words.IN_NO_PROFILE()
        return failed(Check.OVERRIDE, why, words.ASSIGN(), NUMBERS, changes=changes)

    def _number_changes(self, found: dict[str, Any]) -> list[Change]:
        there, own = str(found.get("messaging_profile_id") or ""), str(self.profile["id"])
        if there == own:
            return []
        return [Change("messaging_profile_id", words.PROFILE(), there, own)]

    def apply(self, found: dict[str, Any], approved: Sequence[Change]) -> None:
        """First where the profile leads texts, then the number into it."""
        there = {change.field: change.after for change in approved}
        profile = {name: value for name, value in there.items() if name.startswith("webhook_")}
        if profile:
            told(self.client.patch("messaging_profiles", str(self.profile["id"]), fields=profile))
        number = {name: value for name, value in there.items() if name not in profile}
        if number:
            told(self.client.patch("phone_numbers", str(found["id"]), "messaging", fields=number))
