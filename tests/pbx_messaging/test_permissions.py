"""Who may open what: every URL of the map for every role. A page without a rule here fails the test."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core import signing
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import invitations, tokens
from accounts.models import Role, User
from channels.models import Channel, Number, SetUpResult
from imports.models import Import
from retention.models import Erasure
from routing.models import MessageQueue
from sessions import actions
from sessions.inbox.lists import GroupName
from sessions.media import links
from sessions.models import (
    Attachment,
    CannedReply,
    Contact,
    ContactField,
    ContactLink,
    OptOutEntry,
    OptOutWord,
    SavedView,
    Tag,
    WebhookRequest,
)
from sessions.opened import open_session
from sessions.opt_outs import ledger
from sessions.push.devices import register
from sessions.push.pushing import SALT
from tests.factories import CONTACT, make_agent, make_queue, make_road
from tests.portal import logged_in, make_user

pytestmark = pytest.mark.once
ROLES = ("anonymous", "agent", "supervisor", "administrator")
EVERYBODY = frozenset(ROLES)
LOGGED_IN = EVERYBODY - {"anonymous"}
ADMINISTRATORS, AGENTS, READERS = map(frozenset, (["administrator"], ["agent"], ["agent", "supervisor"]))

# Who opens a page; for others it is a 404, and for strangers the login.
RULES: dict[str, frozenset[str]] = {
    **dict.fromkeys(("healthz", "readyz", "webhook", "outbound-media", "invitation", "logout"), EVERYBODY),
    **dict.fromkeys(("manifest", "service-worker", "offline"), EVERYBODY),  # nothing personal in them
    **dict.fromkeys(("home", "profile", "change-password"), LOGGED_IN),
    **dict.fromkeys(("canned-reply-list", "canned-reply-add"), LOGGED_IN),  # of one's own, or of all
    "canned-reply-edit": LOGGED_IN - AGENTS,  # one of all agents
    # The administrators' pages; a supervisor sees some channels and queues in the lists.
    **dict.fromkeys(("channel-list", "channel-list-export", "queue-list"), LOGGED_IN - AGENTS),
    **dict.fromkeys(("healthz", "readyz", "webhook", "invitation", "logout", "api-openapi"), EVERYBODY),
    **dict.fromkeys(("home", "profile", "change-password", "api-docs"), LOGGED_IN),
    "profile-tokens": LOGGED_IN,
    **dict.fromkeys(("profile-token-revoke", "profile-login-end"), AGENTS),  # whose it is
    # The administrators' pages; a supervisor sees some channels in the list.
    "channel-list": LOGGED_IN - AGENTS,
    # The logs, the statistics, and the address book, which agents read and add to.
    **dict.fromkeys(
        (
            "statistics",
            "statistics-export",
            *(f"log-{page}" for page in ("list", "detail", "export", "export-messages")),
            *(f"log-{page}" for page in ("transfer", "transfer-one")),
            *(f"contact-{page}" for page in ("import", "import-example", "export")),
            *("import", "import-cancel", "import-faults", "import-links"),  # of contacts; see tests/imports
        ),
        LOGGED_IN - AGENTS,
    ),
    **dict.fromkeys((f"contact-{page}" for page in ("list", "page", "add", "edit")), LOGGED_IN),
    **dict.fromkeys(("push-try", "push-remove"), AGENTS),  # whose device it is
    **dict.fromkeys(("push-register", "push-looks"), LOGGED_IN),
    "push-taken": EVERYBODY,  # who has the signed address
    **dict.fromkeys(("inbox-attachment", "inbox-attachment-preview"), LOGGED_IN),  # they are in the logs, too
    **dict.fromkeys(
        (
            *(
                f"{thing}-{page}"
                for thing in ("user", "extension", "queue", "channel")
                for page in ("list", "add", "edit", "delete")
                if (thing, page) not in {("channel", "list"), ("queue", "list")}
            ),
            *(f"channel-{page}" for page in ("itsp", "sending", "pause", "resume", "check", "missed")),
            *(f"channel-{page}" for page in ("renew", "disable", "enable", "import", "import-example")),
            *("channel-preview", "number-standby"),
            *(
                f"journal-{page}"
                for page in (
                    "list",
                    "detail",
                    "replay",
                    "replay-failed",
                    "dismiss",
                    "dismiss-failed",
                    "discard-held",
                )
            ),
            "audit-list",
            "audit-export",
            "check-fix",
            "contact-settings",
            *(f"contact-field-{page}" for page in ("add", "edit", "move")),
            *(f"contact-link-{page}" for page in ("add", "edit", "move")),
            *(f"tag-{page}" for page in ("list", "add", "edit", "delete")),
            *(f"optout-{page}" for page in ("list", "add", "export", "reopen", "words", "word-delete")),
            *(f"user-{page}" for page in ("invitation", "withdraw", "unlock", "two-step")),
            *("user-tokens", "user-token-revoke", "user-logins", "user-login-end"),
            "extension-activate",
            "extension-import",
            "extension-import-example",
            "extension-export",
            "extension-deactivate",
            *("account-numbers", "account-number-line", "test-text"),
            "rule-dialog",
            "rule-save",
            "security",
            "system",
            "restored",
            *(f"alarms{page}" for page in ("", "-for-all", "-try", "-ringing")),
            *(f"retention{page}" for page in ("", "-channel", "-person")),
            *(f"person{page}" for page in ("", "-hand-out", "-erase", "-hold", "-lift")),
            "erasure-withdraw",
        ),
        ADMINISTRATORS,
    ),
    # The inbox: supervisors read.
    **dict.fromkeys(
        (
            "inbox",
            "inbox-sessions",
            "inbox-session",
            "inbox-thread",
            "inbox-seen",
            "inbox-older",
            "inbox-timeline",
            "inbox-page",
            "inbox-rows",
            "inbox-palette",
            "inbox-places",
            "inbox-viewing",
            "inbox-viewers",
            "inbox-calls",
            "inbox-settings",
            "inbox-palette",
            *(f"inbox-{part}" for part in ("sort", "fold", "filters", "views", "view-add")),
            *("inbox-view-delete", "inbox-bulk", "inbox-undo", "inbox-people"),
            *(
                f"inbox-{verb}" for verb in ("transfer", "take-over", "note", "tags")
            ),  # of what one supervises
        ),
        READERS,
    ),
    **dict.fromkeys(
        (
            "inbox-new",
            "inbox-pick-up",
            "inbox-reply",
            "inbox-draft",
            "inbox-canned-replies",
            "inbox-close",
            "inbox-retry",
            "inbox-cancel",
        ),
        AGENTS,
    ),
    **dict.fromkeys(
        (
            *(f"inbox-{action}" for action in ("archive", "unarchive", "unread")),
            *(f"inbox-{action}" for action in ("snooze", "unsnooze", "reopen", "again", "opt-out")),
            *("inbox-later", "inbox-scheduled", "inbox-scheduled-send", "inbox-scheduled-cancel"),
            "inbox-contact",
            "inbox-suggestions",
        ),
        AGENTS,
    ),
    "inbox-availability": AGENTS,
    "inbox-view-edit": AGENTS,  # whose it is
    # allauth's: ways in, and one's own login.
    **dict.fromkeys(
        (
            "account_login",
            "account_inactive",
            "account_reset_password",
            "account_reset_password_done",
            "account_reset_password_from_key",
            "account_reset_password_from_key_done",
            "mfa_login_webauthn",
        ),
        EVERYBODY,
    ),
    **dict.fromkeys(
        (
            "account_reauthenticate",
            "usersessions_list",
            "mfa_authenticate",  # within a login only
            "mfa_index",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
            "mfa_activate_totp",
            "mfa_generate_recovery_codes",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_edit_webauthn",
            "mfa_remove_webauthn",
        ),
        LOGGED_IN,
    ),
    # Not there for whoever has no second step yet.
    **dict.fromkeys(
        ("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes"), frozenset[str]()
    ),
}
ELSEWHERE = {
    "metrics",  # for a token: see tests/health/metrics
    "events",  # a stream: see tests/sessions/test_events.py and test_supervising.py
    "contact-delete",  # gone after one try: see tests/sessions/contacts/test_views.py
    *("contact-field-remove", "contact-field-bring-back"),  # so are these: see test_fields.py there,
    "contact-link-delete",  # and test_links_and_calls.py
    "canned-reply-delete",  # there for the first: see tests/sessions/inbox/test_canned_replies.py
}


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


# By bearer token only, whoever is logged in; what each token may do is in tests/api/test_access.py.
API = {
    "api-me",
    "api-numbers",
    "api-destinations",
    "api-tags",
    *("api-contacts", "api-contact", "api-contact-fields"),
    "api-attachment",
    "api-preview",
    *("api-sessions", "api-sessions-with-files", "api-session"),
    *("api-messages", "api-messages-with-files", "api-message"),
    *(f"api-{verb}" for verb in ("pick-up", "transfer", "take-over", "close")),
    *(f"api-{verb}" for verb in ("read", "unread", "archive", "unarchive")),
    *(f"api-{verb}" for verb in ("snooze", "unsnooze", "reopen", "opt-out")),
    *("api-scheduled", "api-reschedule", "api-send-now"),
    *("api-notes", "api-session-tags", "api-retry", "api-cancel"),
    "api-nothing",  # every other address below /api/
}
NAMES = {str(pattern.name) for pattern in patterns(get_resolver())}


def test_every_page_has_a_rule_and_every_rule_a_page() -> None:
    assert sorted(NAMES) == sorted(RULES.keys() | API | ELSEWHERE)


@pytest.fixture
def browsers(administrator: User) -> dict[str, Client]:
    """One of each role."""
    agent, supervisor = make_agent("1001"), make_user("vera", Role.SUPERVISOR)
    people = {"agent": agent.user, "supervisor": supervisor, "administrator": administrator}
    return {"anonymous": Client()} | {role: logged_in(user) for role, user in people.items()}


@pytest.fixture
def arguments(browsers: dict[str, Client], administrator: User) -> dict[str, Any]:
    """What the pages are about, by the beginnings of their names."""
    agent = User.objects.get(username="agent1001").extension
    queue = make_queue(agent)
    queue.supervisors.set(User.objects.filter(role=Role.SUPERVISOR))
    road = make_road(queue, agent)
    ledger.opt_out(road.number, "+14155550199", by=administrator)
    session = open_session(road.number, CONTACT, at=timezone.now())
    actions.pick_up(session, agent=agent)
    message = actions.reply(session, agent=agent, body="Hello")
    attachment = Attachment(message=message, position=0, url="https://x", state="stored")
    attachment.file.save("x.png", ContentFile(b"\x89PNG\r\n\x1a\n"))
    attachment.preview.save("x.jpg", ContentFile(b"\xff\xd8\xff"))
    (link,) = links.links_of(message, road.channel.itsp, at=timezone.now())
    finding = {"check_name": "webhook", "outcome": "fail", "changes": [{}], "checked_at": timezone.now()}
    view = SavedView.objects.create(user=agent.user, name="Late")
    invited = invitations.link_of(invitations.invite(make_user("ivan")))
    return {
        "invitation": invited.rstrip("/").rpartition("/")[2],
        "webhook": road.token,
        "inbox-attachment": attachment.pk,
        "push-taken": signing.dumps([1, 1], salt=SALT),
        "push": register(agent.user, session_key="x", endpoint="https://x", keys={}, agent="").pk,
        "outbound-media": link.rstrip("/").rpartition("/")[2],
        "inbox-retry": message.pk,
        "inbox-cancel": message.pk,
        "inbox-scheduled": actions.reply(
            session, agent=agent, body="Tomorrow", due_at=timezone.now() + timedelta(days=1)
        ).pk,
        "canned-reply": CannedReply.objects.create(shortcut="hours", body="Till six.").pk,
        "inbox-page": GroupName.MINE,
        "inbox-fold": GroupName.MINE,
        "inbox-bulk": "close",
        **dict.fromkeys(("inbox-viewers", "inbox-viewing"), session.pk),
        "inbox-view-": view.pk,
        "inbox": session.pk,
        "log": session.pk,
        "contact-field": ContactField.objects.create(name="Customer no", key="customer no").pk,
        "contact-link": ContactLink.objects.create(label="CRM", pattern="https://crm.example.com/").pk,
        **dict.fromkeys(("contact", "person"), Contact.objects.create(address="+14155550198", name="Ida").pk),
        "erasure": Erasure.objects.create(address="+14155550197", ending="…0197").pk,
        "retention-channel": road.channel.pk,
        "tag": Tag.objects.create(name="Billing").pk,
        "profile-token": tokens.create_token(agent.user, name="CRM")[0].pk,
        "user-token-revoke": tokens.create_token(agent.user, name="CRM")[0].pk,
        **{name: _login_of(agent.user, name) for name in ("profile-login-end", "user-login-end")},
        "user": User.objects.get(username="ivan").pk,
        "extension": agent.pk,
        "queue": queue.pk,
        "channel-preview": "general",
        "number-standby": _stood_by(road.channel, queue).pk,
        **dict.fromkeys(("channel", "test-text"), road.channel.pk),
        "optout-word": OptOutWord.objects.create(word="Halt", key="HALT").pk,
        "optout": OptOutEntry.objects.get().pk,
        "import": Import.objects.create(kind="contacts", user=administrator, state="running").pk,
        "journal": WebhookRequest.objects.create(received_at=timezone.now(), body=b"").pk,
        "check": SetUpResult.objects.create(channel=road.channel, number=road.number, **finding).pk,
        "mfa": 1,
        "api-nothing": "v1/nothing",
        **dict.fromkeys(("api-attachment", "api-preview"), attachment.pk),
        "api-contact": "+14155550198",
        "api-messages": session.pk,
        **dict.fromkeys(
            ("api-message", "api-retry", "api-cancel", "api-reschedule", "api-send-now"), message.pk
        ),
        "api": session.pk,
    }


def _stood_by(channel: Channel, queue: MessageQueue) -> Number:
    number = make_road(queue, name="Second", address="+14155550197").number
    number.standby = channel
    number.save()
    return number


def _login_of(user: User, session_key: str) -> int:
    login = UserSession.objects.create(user=user, ip="203.0.113.7", session_key=session_key)
    return int(login.pk)


def path_of(name: str, arguments: dict[str, Any]) -> str:
    if name == "account_reset_password_from_key":
        return reverse(name, kwargs={"uidb36": "1", "key": "no-such-key"})
    try:
        return reverse(name)
    except NoReverseMatch:
        argument = next(value for begin, value in arguments.items() if name.startswith(begin))
        return reverse(name, args=[argument])


def seen(answer: Any) -> str:
    """What an open page then says of the input is its own test's business."""
    if answer.status_code == 405:
        return "no such method"
    if answer.status_code == 302 and answer["Location"].startswith("/login/"):
        return "login"
    return "hidden" if answer.status_code == 404 else "open"


def expected(name: str, role: str) -> str:
    if role in RULES[name]:
        return "open"
    return "login" if role == "anonymous" else "hidden"


LEADS_TO_LOGIN = {"logout", "invitation", "mfa_login_webauthn"}  # for whom they are open, too


@pytest.mark.parametrize("name", sorted(RULES))
def test_page_opens_for_whom_it_is(browsers: dict[str, Client], arguments: dict[str, Any], name: str) -> None:
    path = path_of(name, arguments)
    found: dict[str, set[str]] = {role: set() for role in ROLES}
    for method in ("get", "post"):
        for role, browser in browsers.items():
            found[role].add(seen(getattr(browser, method)(path)))
    also = {"no such method", "login"} if name in LEADS_TO_LOGIN else {"no such method"}
    rules = {role: {expected(name, role)} for role in ROLES}
    assert {role: seen_so - also or rules[role] for role, seen_so in found.items()} == rules


def seen_of_api(browser: Client, path: str, **headers: str) -> set[str]:
    answers = [getattr(browser, method)(path, headers=headers) for method in ("get", "post", "put")]
    words = {401: "no token", 403: "read only"}
    return {words.get(answer.status_code, seen(answer)) for answer in answers} - {"no such method"}


@pytest.mark.parametrize("name", sorted(API - {"api-nothing"}))
def test_api_opens_for_tokens_only(browsers: dict[str, Client], arguments: dict[str, Any], name: str) -> None:
    path = path_of(name, arguments)
    by_cookie = {role: seen_of_api(browser, path) for role, browser in browsers.items()}
    assert by_cookie == {role: {"no token"} for role in ROLES}
    users = {"agent": "agent1001", "supervisor": "vera", "administrator": "root"}
    by_token = {}
    for role, username in users.items():
        _row, token = tokens.create_token(User.objects.get(username=username), name="x")
        by_token[role] = seen_of_api(Client(), path, Authorization=f"Bearer {token}")
    assert by_token["supervisor"] <= {"open", "read only"}
    assert (by_token["agent"], by_token["administrator"]) == ({"open"}, {"no token"})


def test_api_has_nothing_else(browsers: dict[str, Client]) -> None:
    found = {role: seen_of_api(browser, "/api/v1/nothing") for role, browser in browsers.items()}
    assert found == {role: {"hidden"} for role in ROLES}
