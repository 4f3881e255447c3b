"""Every page that people see, as whom, and what is done on it before it is looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from playwright.sync_api import Page, expect

from sessions.models import Contact, OptOutEntry, WebhookRequest
from simulator.records import DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN
from tests.tour import imports, list_acts
from tests.tour.world import ANNA, TEXTS, World

NADIA, LUIS, MEI, JONAS = (TEXTS[n][0] for n in (0, 1, 2, 4))


def _nothing(page: Page) -> None:
    """It is looked at as it opens."""


@dataclass(frozen=True)
class Shot:
    """`view` is the URL's name; `of` gives its argument; `act` is done on the page first.

    `in_all_ways`: the judge of accessibility sees it on a desktop and on a phone, in light and in dark.
    """

    name: str
    view: str
    who: str = "admin"
    of: Callable[[World], int | str] | None = None
    act: Callable[[Page], None] = _nothing
    query: str = ""
    in_all_ways: bool = False

    def path(self, world: World) -> str:
        args = [] if self.of is None else [self.of(world)]
        return reverse(self.view, args=args) + self.query


def _messaging_tab(page: Page) -> None:
    page.get_by_role("tab", name="Messaging Settings").click()


def _rule_dialog(page: Page) -> None:
    _messaging_tab(page)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("dialog").get_by_label("Number", exact=True).fill("+25402161183")


def _twilio(page: Page) -> None:
    page.get_by_label("ITSP").select_option("Twilio")
    expect(page.get_by_label("Webhook URL")).to_be_visible()


def _numbers_to_tick(page: Page) -> None:
    """Of the stand-in's account, whose credentials are always the same."""
    page.get_by_label("Account SID").fill(DEFAULT_ACCOUNT_SID)
    page.get_by_label("Auth Token").fill(DEFAULT_AUTH_TOKEN)
    page.get_by_label("Auth Token").press("Tab")
    page.locator("[name=pick]:enabled").first.check()
    expect(page.get_by_role("combobox", name="Destination")).to_be_visible()


def _new_rule(page: Page) -> None:
    _twilio(page)
    _rule_dialog(page)


def _keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def _transfer(page: Page) -> None:
    page.keyboard.press("t")
    expect(page.get_by_role("dialog")).to_be_visible()


def _closing(page: Page) -> None:
    """With something written."""
    _typed(page)
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.get_by_role("dialog")).to_be_visible()


def _snooze(page: Page) -> None:
    page.keyboard.press("b")
    expect(page.get_by_role("dialog")).to_be_visible()


def _send_later(page: Page) -> None:
    _typed(page)
    page.get_by_label("Send later").check()
    page.get_by_label("When").select_option(index=1)
    expect(page.locator(".later-words")).to_contain_text("for Anna Wanjiru (Nairobi)")


def _change_scheduled(page: Page) -> None:
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _typed(page: Page) -> None:
    page.get_by_label("Message", exact=True).fill("Yes, please ring the bell – I’ll come down.")


def _note(page: Page) -> None:
    page.keyboard.press("i")
    page.get_by_role("textbox", name="Internal note").fill("Left-hand door; the bell is broken.")


def _contact_edited(page: Page) -> None:
    pane = page.get_by_role("complementary", name="Contact")
    if not pane.is_visible():
        page.keyboard.press("d")
    pane.get_by_role("button", name="Edit contact").click()
    pane.get_by_label("Notes").fill("Picks up on Fridays.")
    pane.get_by_text("What happened").click()
    expect(pane.get_by_text("The session began.")).to_be_visible()


def _contact_shown(page: Page) -> None:
    pane = page.get_by_role("complementary", name="Contact")
    if not pane.is_visible():
        page.keyboard.press("d")
    expect(pane.get_by_text("C-4711")).to_be_visible()


def _stricter(page: Page) -> None:
    """Rules that would remove something at once."""
    page.get_by_label("Entries of the audit log: days").fill("90")
    page.get_by_label("Entries of the audit log: then").select_option("Anonymise")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Yes, remove that")).to_be_visible()


def _choices(page: Page) -> None:
    page.get_by_label("Kind").select_option("One of a list")
    page.get_by_label("Choices").fill("Gold\nSilver")


def _wrong_link(page: Page) -> None:
    """What is typed stays, and what is wrong is said."""
    page.get_by_label("Label").fill("Customer in the CRM")
    page.get_by_label("Address").fill("https://crm.example.com/search?phone={phone}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is no placeholder {phone}.")).to_be_visible()


def _channel(world: World) -> int:
    return world.channel.pk


def _refused(world: World) -> int:
    return world.refused.pk


def _contact(_world: World) -> int:
    return Contact.objects.earliest("pk").pk


def _session(contact: str) -> Callable[[World], int]:
    return lambda world: world.session_of(contact).pk


def _list(name: str, view: str = "inbox", who: str = "alice", **more: Any) -> Shot:
    return Shot(name, view, who, in_all_ways=True, **more)


SHOTS = (
    Shot("login", "account_login", who=""),
    Shot("password-reset", "account_reset_password", who=""),
    Shot("home", "home", in_all_ways=True),
    Shot("home-supervisor", "home", who="sam"),
    Shot("channels", "channel-list"),
    Shot("channel-add", "channel-add", act=_twilio),
    Shot("channel-add-numbers", "channel-add", act=_numbers_to_tick, in_all_ways=True),
    Shot("channel-add-messaging", "channel-add", act=_new_rule),
    Shot("channel", "channel-edit", of=_channel),
    Shot("channel-messaging", "channel-edit", of=_channel, act=_messaging_tab),
    Shot("channel-sending", "channel-sending", of=_channel),
    Shot("channel-missed", "channel-missed", of=_channel),
    Shot("channel-failing", "channel-edit", of=_refused),
    Shot("channel-failing-sending", "channel-sending", of=_refused),
    Shot("channel-failing-delete", "channel-delete", of=_refused),
    Shot("channel-failing-missed", "channel-missed", of=_refused),
    Shot("channel-renew", "channel-renew", of=_channel),
    Shot("channel-disable", "channel-disable", of=_channel),
    Shot("channel-import", "channel-import", of=_channel),
    Shot("channel-delete", "channel-delete", of=_channel),
    Shot("queues", "queue-list"),
    Shot("queue-add", "queue-add"),
    Shot("queue", "queue-edit", of=lambda world: world.support.pk),
    Shot("queue-delete", "queue-delete", of=lambda world: world.support.pk),
    Shot("logs", "log-list", act=lambda page: page.locator("td input").first.check()),
    Shot("log", "log-detail", of=_session(NADIA)),
    Shot("statistics", "statistics"),
    Shot("contacts", "contact-list"),
    Shot("contact", "contact-page", of=_contact),
    Shot("contact-add", "contact-add"),
    Shot("contact-edit", "contact-edit", of=_contact),
    Shot("contact-delete", "contact-delete", of=_contact),
    Shot("contact-import", "contact-import"),
    Shot("import-columns", "import", of=imports.columns),
    Shot("import-loading", "import", of=imports.being_read),
    Shot("import-refused", "import", of=imports.refused),
    Shot("import-running", "import", of=imports.under_way),
    Shot("import-done", "import", of=imports.done),
    Shot("contact-settings", "contact-settings"),
    Shot("contact-field-add", "contact-field-add", act=_choices),
    Shot("contact-field", "contact-field-edit", of=lambda world: world.field.pk),
    Shot("contact-field-remove", "contact-field-remove", of=lambda world: world.field.pk),
    Shot("contact-link-add", "contact-link-add", act=_wrong_link),
    Shot("contact-link", "contact-link-edit", of=lambda world: world.link.pk),
    Shot("contact-link-delete", "contact-link-delete", of=lambda world: world.link.pk),
    Shot("opt-outs", "optout-list"),
    Shot("opt-out-add", "optout-add"),
    Shot("opt-out-words", "optout-words"),
    Shot("opt-out-reopen", "optout-reopen", of=lambda _world: OptOutEntry.objects.latest("pk").pk),
    Shot("canned-replies", "canned-reply-list"),
    Shot("canned-reply-add", "canned-reply-add"),
    Shot("canned-reply", "canned-reply-edit", of=lambda world: world.hours.pk),
    Shot("canned-reply-delete", "canned-reply-delete", of=lambda world: world.hours.pk),
    Shot("tags", "tag-list"),
    Shot("tag-add", "tag-add"),
    Shot("tag", "tag-edit", of=lambda world: world.order.pk),
    Shot("tag-delete", "tag-delete", of=lambda world: world.order.pk),
    Shot("journal", "journal-list"),
    Shot("journal-request", "journal-detail", of=lambda _world: WebhookRequest.objects.latest("pk").pk),
    Shot("extensions", "extension-list"),
    Shot("extension-add", "extension-add"),
    Shot("extension-import", "extension-import"),
    Shot("extension", "extension-edit", of=lambda world: world.alice.pk),
    Shot("extension-delete", "extension-delete", of=lambda world: world.alice.pk),
    Shot("extension-deactivate", "extension-deactivate", of=lambda world: world.alice.pk),
    Shot("users", "user-list"),
    Shot("user-add", "user-add"),
    Shot("user", "user-edit", of=lambda world: world.sam.pk),
    Shot("user-delete", "user-delete", of=lambda world: world.sam.pk),
    Shot("user-invitation", "user-invitation", of=lambda world: world.sam.pk),
    Shot("user-tokens", "user-tokens", of=lambda world: world.alice.user_id),
    Shot("user-logins", "user-logins", of=lambda world: world.alice.user_id),
    Shot("security", "security"),
    Shot("system", "system"),
    Shot("alarms", "alarms"),
    Shot("restored", "restored"),
    Shot("retention", "retention"),
    Shot("retention-asked", "retention", act=_stricter),
    Shot("retention-channel", "retention-channel", of=_channel),
    Shot("person", "person", of=_contact),
    Shot("person-erase", "person-erase", of=_contact),
    Shot("audit", "audit-list"),
    Shot("profile", "profile", who="alice"),
    Shot("tokens", "profile-tokens", who="alice"),
    Shot("own-logins", "usersessions_list", who="alice"),
    Shot("two-step", "mfa_index", who="alice"),
    Shot("api-docs", "api-docs", who="alice"),
    Shot("inbox", "inbox", who="alice"),
    Shot("inbox-session", "inbox-session", who="alice", of=_session(NADIA), act=_typed),
    Shot("inbox-failed", "inbox-session", who="alice", of=_session(MEI)),
    Shot("inbox-waiting", "inbox-session", who="alice", of=_session(LUIS)),
    Shot("inbox-transfer", "inbox-session", who="alice", of=_session(NADIA), act=_transfer),
    Shot("inbox-closing", "inbox-session", who="alice", of=_session(NADIA), act=_closing),
    Shot("inbox-again", "inbox-session", who="alice", of=_session(JONAS)),
    Shot("inbox-snooze", "inbox-session", who="alice", of=_session(NADIA), act=_snooze),
    Shot("inbox-later", "inbox", who="alice", query="?show=later"),
    Shot("inbox-later-supervisor", "inbox", who="sam", query="?show=later"),
    Shot("inbox-scheduled", "inbox", who="alice", query="?show=later", act=_change_scheduled),
    Shot("inbox-send-later", "inbox-session", who="alice", of=_session(ANNA), act=_send_later),
    Shot("inbox-contact", "inbox-session", who="alice", of=_session(NADIA), act=_contact_edited),
    Shot("inbox-contact-fields", "inbox-session", who="alice", of=_session(NADIA), act=_contact_shown),
    Shot("inbox-note", "inbox-session", who="alice", of=_session(NADIA), act=_note),
    Shot("inbox-search", "inbox", who="alice", query="?q=order"),
    Shot("inbox-settings", "inbox-settings", who="alice"),
    Shot("offline", "offline", who="alice"),
    Shot("inbox-keys", "inbox", who="alice", act=_keys),
    Shot("inbox-new", "inbox-new", who="alice"),
    Shot("inbox-closed", "inbox", who="alice", query="?show=closed"),
    _list("inbox-filter", act=list_acts.filter_dialog),
    _list("inbox-list-menu", act=list_acts.list_menu),
    _list("inbox-filtered", query="?is=unanswered"),
    _list("inbox-filtered-empty", query="?is=snoozed&is=scheduled"),
    _list("inbox-selected", act=list_acts.selected),
    _list("inbox-bulk-tags", act=list_acts.bulk_tags),
    _list("inbox-bulk-close", act=list_acts.bulk_close),
    _list("inbox-bulk-done", act=list_acts.bulk_done),
    _list("inbox-bulk-refused", act=list_acts.bulk_refused),
    _list("inbox-save-view", query="?is=unanswered", act=list_acts.save_view),
    _list("inbox-views", act=list_acts.saved_views),
    _list("inbox-mention", "inbox-session", of=_session(NADIA), act=list_acts.mentioning),
    _list("inbox-emoji", "inbox-session", of=_session(NADIA), act=list_acts.emoji),
    _list("inbox-typing", "inbox-session", of=_session(NADIA), act=list_acts.typing),
    _list("inbox-team", who="sam", query="?show=team"),
    _list("inbox-bulk-assign", who="sam", act=list_acts.assigning),
    Shot("inbox-supervisor", "inbox-session", who="sam", of=_session(NADIA)),
)
