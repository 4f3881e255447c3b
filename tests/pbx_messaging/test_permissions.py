"""Who may open what, from the URL map itself: a page without a rule here fails the test."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from channels.models import SetUpResult
from sessions import opt_outs
from sessions.models import OptOutEntry, WebhookRequest
from tests.factories import CONTACT, make_agent, make_road
from tests.portal import logged_in

ADMINISTRATORS = {
    *(
        f"{thing}-{page}"
        for thing in ("user", "extension", "queue")
        for page in ("list", "add", "edit", "delete")
    ),
    *(
        f"channel-{page}"
        for page in ("list", "add", "edit", "delete", "itsp", "sending", "pause", "resume", "check")
    ),
    "check-fix",
    *(f"optout-{page}" for page in ("list", "add", "export", "reopen")),
    *(f"journal-{page}" for page in ("list", "detail", "replay", "replay-failed")),
    *(f"channel-{page}" for page in ("renew", "disable", "enable", "import", "import-example")),
    "audit-list",
    "audit-export",
    "rule-dialog",
    "rule-save",
}
WITH_PK = {
    "check",
    "fix",
    "renew",
    "disable",
    "enable",
    "import",
    "detail",
    "replay",
    "edit",
    "delete",
    "reopen",
    "sending",
    "pause",
    "resume",
}
EVERYBODY = {"home", "logout", "profile", "change-password"}
WITHOUT_LOGIN = {"login", "healthz", "readyz", "webhook"}
AGENTS = {"events"}  # and all of the inbox


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


NAMES = sorted({str(pattern.name) for pattern in patterns(get_resolver())})


def test_every_page_has_a_rule() -> None:
    ruled = ADMINISTRATORS | EVERYBODY | WITHOUT_LOGIN | AGENTS
    assert [name for name in NAMES if name not in ruled and not name.startswith("inbox")] == []


@pytest.fixture
def paths(administrator: User) -> dict[str, str]:
    """The administrators' pages, of things that are there."""
    agent = make_agent("1001")
    road = make_road(agent)
    opt_outs.opt_out(road.number, CONTACT, by=administrator)
    pks = {"user": agent.user.pk, "extension": agent.pk, "channel": road.channel.pk}
    pks["journal"] = WebhookRequest.objects.create(received_at=timezone.now(), body=b"").pk
    pks["optout"] = OptOutEntry.objects.get().pk
    result = {"check_name": "webhook", "outcome": "fail", "changes": [{}], "checked_at": timezone.now()}
    pks["check"] = SetUpResult.objects.create(channel=road.channel, number=road.number, **result).pk
    found = {}
    for name in sorted(ADMINISTRATORS):
        kind, _, page = name.partition("-")
        needs_pk = page in WITH_PK
        found[name] = reverse(name, args=[pks.get(kind, 1)] if needs_pk else [])
    return found


@pytest.mark.parametrize("name", sorted(ADMINISTRATORS))
def test_administrators_page_is_a_login_for_strangers_and_a_404_for_agents(
    paths: dict[str, str], name: str
) -> None:
    path, agent = paths[name], logged_in(User.objects.get(username="agent1001"))
    for method in ("get", "post"):
        stranger = getattr(Client(), method)(path)
        assert (stranger.status_code, stranger["Location"]) == (302, f"/login/?next={path}")
        assert getattr(agent, method)(path).status_code == 404


@pytest.mark.parametrize("name", sorted(ADMINISTRATORS - {"queue-edit", "queue-delete"}))
def test_administrators_page_opens_for_administrators(
    paths: dict[str, str], admin_page: Client, name: str
) -> None:
    posted = {"rule-dialog": 200, "rule-save": 422, "channel-itsp": 200, "channel-pause": 302}
    posted |= dict.fromkeys(
        ["channel-check", "channel-resume", "channel-enable", "journal-replay", "journal-replay-failed"], 302
    )
    answer = admin_page.post(paths[name]) if name in posted else admin_page.get(paths[name])
    assert answer.status_code == posted.get(name, 200)


@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_everybodys_page_is_a_login_for_strangers(db: None, name: str) -> None:
    path = reverse(name)
    if name == "logout":  # for a stranger, there is nothing to end
        assert Client().post(path)["Location"] == "/login/"
    else:
        assert Client().get(path)["Location"] == f"/login/?next={path}"


def test_supervisor_administers_nothing(paths: dict[str, str]) -> None:
    User.objects.filter(username="agent1001").update(role="supervisor")
    browser = logged_in(User.objects.get(username="agent1001"))
    assert {name: browser.get(path).status_code for name, path in paths.items()} == dict.fromkeys(paths, 404)
