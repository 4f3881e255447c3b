"""Every page that people see, as whom, and what is done on it before it is looked at."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from playwright.sync_api import Page, expect

from sessions.models import Contact, OptOutEntry, WebhookRequest
from tests.tour.world import TEXTS, World

NADIA, LUIS, MEI, JONAS = (TEXTS[n][0] for n in (0, 1, 2, 4))


def _nothing(page: Page) -> None:
    """It is looked at as it opens."""


@dataclass(frozen=True)
class Shot:
    """`view` is the URL's name; `of` gives its argument; `act` is done on the page first."""

    name: str
    view: str
    who: str = "admin"
    of: Callable[[World], int | str] | None = None
    act: Callable[[Page], None] = _nothing
    query: str = ""

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


def _filter(page: Page) -> None:
    page.keyboard.press("f")
    expect(page.get_by_role("dialog")).to_be_visible()


def _list_menu(page: Page) -> None:
    page.keyboard.press("v")
    expect(page.get_by_role("button", name="Select sessions")).to_be_visible()


def _selected(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#bulk")).to_be_visible()


def _bulk_tags(page: Page) -> None:
    _selected(page)
    page.keyboard.press("l")
    expect(page.get_by_role("dialog")).to_be_visible()


def _save_view(page: Page) -> None:
    page.keyboard.press("v")
    page.get_by_role("button", name="Save this view").click()
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


def _channel(world: World) -> int:
    return world.channel.pk


def _refused(world: World) -> int:
    return world.refused.pk


def _contact(_world: World) -> int:
    return Contact.objects.earliest("pk").pk


def _session(contact: str) -> Callable[[World], int]:
    return lambda world: world.session_of(contact).pk


SHOTS = (
    Shot("login", "account_login", who=""),
    Shot("password-reset", "account_reset_password", who=""),
    Shot("channels", "channel-list"),
    Shot("channel-add", "channel-add", act=_twilio),
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
    Shot("opt-outs", "optout-list"),
    Shot("opt-out-add", "optout-add"),
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
    Shot("security", "security"),
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
    Shot("inbox-contact", "inbox-session", who="alice", of=_session(NADIA), act=_contact_edited),
    Shot("inbox-note", "inbox-session", who="alice", of=_session(NADIA), act=_note),
    Shot("inbox-search", "inbox", who="alice", query="?q=order"),
    Shot("inbox-settings", "inbox-settings", who="alice"),
    Shot("offline", "offline", who="alice"),
    Shot("inbox-keys", "inbox", who="alice", act=_keys),
    Shot("inbox-new", "inbox-new", who="alice"),
    Shot("inbox-closed", "inbox", who="alice", query="?show=closed"),
    Shot("inbox-filter", "inbox", who="alice", act=_filter),
    Shot("inbox-list-menu", "inbox", who="alice", act=_list_menu),
    Shot("inbox-filtered", "inbox", who="alice", query="?is=unanswered"),
    Shot("inbox-filtered-empty", "inbox", who="alice", query="?is=snoozed&is=scheduled"),
    Shot("inbox-selected", "inbox", who="alice", act=_selected),
    Shot("inbox-bulk-tags", "inbox", who="alice", act=_bulk_tags),
    Shot("inbox-save-view", "inbox", who="alice", query="?is=unanswered", act=_save_view),
    Shot("inbox-team", "inbox", who="sam", query="?show=team"),
    Shot("inbox-supervisor", "inbox-session", who="sam", of=_session(NADIA)),
)
