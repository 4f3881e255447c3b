"""What strangers write can't turn what stands beside it, nor show another address or file than it is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.directions import without_controls
from accounts.models import Role
from routing.models import Extension
from sessions import actions
from sessions.models import Attachment, CannedReply, Contact, Message, MessagingSession
from tests.factories import make_road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.sessions.inbox.undisturbed import undisturbed

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RLE, PDF, LRO, RLO = "\u202b", "\u202c", "\u202d", "\u202e"
RLI, FSI, PDI = "\u2067", "\u2068", "\u2069"
NASTY = {
    "overrides that stay open": f"{RLO}gpj.exe{LRO}abc{RLO}",
    "isolates within isolates": f"{RLI * 9}abc{PDI}{FSI * 9}def",
    "ends without a beginning": f"{PDI * 40}{PDF * 40}{RLO}dcba",
    "deeper than the algorithm goes": f"{RLE * 140}abc{RLI}def",
    "an end between two letters": f"{PDI}{RLO}{PDI}שלום{RLE}12 34",
}
# Line by line, the letters of all that we write run to the right, and so do those of addresses.
TURNED = """() => {
  const turning = /[\\u0590-\\u08ff\\u202a-\\u202e\\u2066-\\u2069]/ // letters and controls of strangers
  const isApart = one => one.matches('.message-body a') ||
    /^(isolate|plaintext|isolate-override)$/.test(getComputedStyle(one).unicodeBidi)
  const apartOf = one => one === document.body || isApart(one) ? one : apartOf(one.parentElement)
  const blockOf = one => getComputedStyle(one).display === 'inline' ? blockOf(one.parentElement) : one
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const shown = []
  while (texts.nextNode()) {
    const parent = texts.currentNode.parentElement
    if (parent.closest('script, style, template, textarea, select') || !parent.checkVisibility()) continue
    shown.push({ text: texts.currentNode, own: apartOf(parent), block: blockOf(parent) })
  }
  const wordsOf = new Map()
  for (const { text, own } of shown) wordsOf.set(own, (wordsOf.get(own) ?? '') + text.data)
  const isStrangers = own => turning.test(wordsOf.get(own) ?? '')
  const found = [...wordsOf.keys()].filter(own => isStrangers(own) && own.matches('body, main, p, table, li'))
    .map(own => `not apart: ${wordsOf.get(own).slice(0, 200)}`)
  const last = new Map() // by block, or by link in a stranger's text: the letter before, and where it is
  for (const { text, own, block } of shown.filter(({ own }) => !isStrangers(own))) {
    const place = isStrangers(apartOf(block)) ? own : block
    for (let at = 0; at < text.data.length; at++) {
      const range = document.createRange()
      range.setStart(text, at)
      range.setEnd(text, at + 1)
      const box = range.getBoundingClientRect()
      if (!/[!-~]/.test(text.data[at]) || !box.width) continue
      const before = last.get(place)
      last.set(place, box)
      if (!before || Math.abs(before.bottom - box.bottom) > 2 || box.left >= before.left - 1) continue
      found.push(`turned: ${text.data.slice(0, 100)} in ${place.outerHTML.slice(0, 300)}`)
      break
    }
  }
  return found
}"""


def _session(road_path: str, n: int, value: str, agent: Extension) -> MessagingSession:
    """Of a stranger who writes the value, sends it as a file's name and in an address; of an agent's note."""
    number = f"+1415555014{n}"
    body = f"Ah {value} zz https://bank.example/{value}/pay or https://ok.example/a. {value}"
    signed_post(Client(), road_path, inbound_fields(sid_of(n), body, From=number))
    session = MessagingSession.objects.get(contact=number)
    file = Attachment(message=Message.objects.get(session=session, body=body), position=0)
    file.name, file.content_type = f"report{value}fdp.exe", "application/pdf"
    file.state, file.size_bytes = Attachment.State.STORED, 4
    file.file.save("report.pdf", ContentFile(b"%PDF"))
    actions.add_note(session, agent=agent, body=f"He wrote {value} today")
    Contact.objects.create(address=number, name=f"Dana {n}", notes=f"likes {value}\nmuch")
    return session


def _files(page: Page) -> list[tuple[str, str]]:
    """As they are shown, and as they are called when they are downloaded."""
    names = page.locator(".attachment-file")
    shown = [words.splitlines()[0] for words in names.all_inner_texts()]
    links = [one.get_attribute("href") for one in names.all()]
    saved = [page.request.get(f"{page.url.split('/inbox')[0]}{link}") for link in links]
    return list(zip(shown, [one.headers["content-disposition"] for one in saved], strict=True))


@pytest.mark.long
def test_nothing_that_strangers_write_turns_what_stands_beside_it(
    agents: list[Extension], new_page: Callable[..., Page], live_server: LiveServer
) -> None:
    agents[0].user.role = Role.ADMINISTRATOR
    agents[0].user.save()
    road = make_road(agents[0], agents[0])
    sessions = [_session(road.path, n, value, agents[0]) for n, value in enumerate(NASTY.values())]
    CannedReply.objects.create(shortcut="hi", body=f"Ho {NASTY['overrides that stay open']}")
    paths = ["/inbox/", "/inbox/?q=zz", "/inbox/?q=wrote", "/logs/", "/logs/?q=zz", "/contacts/"]
    paths += ["/canned-replies/"]
    for session in sessions:
        contact = Contact.objects.get(address=session.contact)
        paths += [f"/inbox/{session.pk}/", f"/logs/{session.pk}/", f"/contacts/{contact.pk}/"]
    found: dict[str, Any] = {}
    with undisturbed(new_page(), live_server.url, "/inbox/") as page:
        for path in paths:
            page.goto(live_server.url + path)
            found[path] = page.evaluate(TURNED)
        assert {path: wrong for path, wrong in found.items() if wrong} == {}
        for session, value in zip(sessions, NASTY.values(), strict=True):
            page.goto(f"{live_server.url}/inbox/{session.pk}/")
            name = f"report{without_controls(value)}fdp.exe"
            [(shown, saved)] = _files(page)
            assert shown == name
            assert not any(control in saved for control in "\u202e\u2069") and "%E2%80" not in saved, saved
            links = page.locator(".message-inbound .message-body a[href^=http]")
            hrefs = [one.get_attribute("href") for one in links.all()]
            assert hrefs == links.all_inner_texts()
            assert all(href == without_controls(href or "") for href in hrefs)
            assert hrefs[-1] == "https://ok.example/a"
