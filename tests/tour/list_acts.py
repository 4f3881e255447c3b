"""What is done on the agents' page before it is looked at: with many sessions, and by colleagues."""

from playwright.sync_api import Page, expect

from routing.models import Extension
from sessions import actions
from sessions.models import Draft, MessagingSession, SavedView, Tag
from sessions.presence import online, typists
from tests.walking import choose


def filter_dialog(page: Page) -> None:
    page.keyboard.press("f")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("dialog").locator(".ts-control").first).to_be_visible()


def list_menu(page: Page) -> None:
    page.keyboard.press("v")
    expect(page.get_by_role("button", name="Select sessions")).to_be_visible()


def save_view(page: Page) -> None:
    page.keyboard.press("v")
    page.get_by_role("button", name="Save this view").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def saved_views(page: Page) -> None:
    for name, query in (("Late orders", "?is=unanswered"), ("Back on Monday", "?is=snoozed")):
        SavedView.objects.get_or_create(user=_alice().user, name=name, query=query)
    page.reload()
    page.keyboard.press("v")
    page.get_by_role("button", name="Rename or remove views").click()
    expect(page.get_by_role("dialog").get_by_label("Name").first).to_be_visible()


def selected(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#bulk")).to_be_visible()


def bulk_tags(page: Page) -> None:
    selected(page)
    page.keyboard.press("l")
    expect(page.get_by_role("dialog").locator(".ts-control").first).to_be_visible()


def bulk_close(page: Page) -> None:
    """With something left: what was typed goes again, since other pages show it."""
    mine = MessagingSession.objects.open().filter(agent=_alice())
    for session in mine:
        actions.save_draft(session, agent=_alice(), body="I was about to")
    selected(page)
    page.keyboard.press("c")
    expect(page.get_by_role("dialog").get_by_label("that was not sent")).to_be_visible()
    Draft.objects.filter(session__in=mine).delete()


def bulk_done(page: Page) -> None:
    Tag.objects.get(name="urgent").sessions.clear()
    bulk_refused(page)


def bulk_refused(page: Page) -> None:
    """A second time, or of what has the tag."""
    bulk_tags(page)
    choose(page.get_by_role("dialog"), "Add", "urgent")
    page.get_by_role("button", name="Change the tags").press("Enter")
    expect(page.locator(".bulk-result.show:not(.showing)")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()


def assigning(page: Page) -> None:
    selected(page)
    page.keyboard.press("a")
    expect(page.get_by_role("dialog").locator(".ts-control").first).to_be_visible()


def mentioning(page: Page) -> None:
    page.keyboard.press("i")
    page.get_by_role("textbox", name="Internal note").press_sequentially("Please have a look, @")
    expect(page.get_by_role("listbox", name="Whom to mention").get_by_role("option").first).to_be_visible()


def _without_note(page: Page) -> None:
    """One that was begun before is still there."""
    cancel = page.locator("[data-note-close]")
    if cancel.is_visible():
        cancel.click()


def emoji(page: Page) -> None:
    _without_note(page)
    page.locator("[data-emoji-open]").click()
    expect(page.get_by_role("dialog", name="Emoji").get_by_role("option").first).to_be_visible()


def typing(page: Page) -> None:
    """Bob, who has the session open, too."""
    _without_note(page)
    expect(page.get_by_role("status", include_hidden=True).filter(has_text="Live")).to_be_attached()
    pk = page.locator(".session-open").get_attribute("data-session") or ""
    session = MessagingSession.objects.get(pk=pk)
    bob = Extension.objects.get(number="1002")
    online.open_session(session, agent=bob, page="bobs-page")
    expect(page.locator("#viewers")).to_contain_text("has this session open, too.")
    typists.say_typing(session, agent=bob)
    expect(page.locator("#viewers")).to_contain_text("is typing…")


def _alice() -> Extension:
    return Extension.objects.get(number="1001")
