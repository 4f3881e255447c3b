"""A request to a webhook on its way through the house: whose it is, what it holds, what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from channels.itsp.calls import Unreadable, WebhookCall
from channels.itsp.texts import InboundSms, StatusUpdate
from channels.models import Channel
from pbx_messaging.said import Kind as SaidKind
from pbx_messaging.said import joined
from sessions.models import WebhookRequest
from sessions.receiving import reasons

Outcome, Kind, Source = WebhookRequest.Outcome, WebhookRequest.Kind, WebhookRequest.Source
# Of a request with several items, the journal shows the outcome that needs a person most.
_WEIGHTIEST_FIRST = (
    Outcome.FAILED,
    Outcome.IGNORED,
    Outcome.PROCESSED,
    Outcome.DUPLICATE,
    Outcome.UNREADABLE,
    Outcome.REJECTED,
)
Content = InboundSms | StatusUpdate | Unreadable
_LEADING = (InboundSms, StatusUpdate, Unreadable)


class Result(NamedTuple):
    """What became of one item, and why it came to nothing, if it did."""

    outcome: WebhookRequest.Outcome
    reason: str = ""


PROCESSED = Result(Outcome.PROCESSED)


@dataclass(eq=False)
class Item:
    """One text or status of a request. Whoever deals with it sets `result`.

    `channel` is the one that was called, and later the one whose text it is; a `note` goes into the journal.

    It happened at `at`; at `known_at` we got to know of it, which is later for what was fetched.
    """

    channel: Channel
    content: Content
    at: datetime
    known_at: datetime
    result: Result | None = None
    note: str = ""
    request_id: str = ""


@dataclass(frozen=True)
class Verdict:
    """What became of a request, and how it is answered (an HTTP status)."""

    outcome: WebhookRequest.Outcome
    reason: str = ""
    status: int = 200


@dataclass(eq=False)
class Arrival:
    """A request to the webhook of a token, received at `at`.

    `channel` is None until the token is known to be one's; `verdict` is None until it is judged.
    `mistakes` are in how its address was written. What was fetched has no token: its call holds what
    `fetched` made of the ITSP's list.
    """

    token: str
    call: WebhookCall
    at: datetime
    channel: Channel | None = None
    items: Sequence[Item] = ()
    verdict: Verdict | None = None
    source: WebhookRequest.Source = Source.POSTED
    mistakes: Sequence[SaidKind] = ()
    request_id: str = ""

    @property
    def kind(self) -> WebhookRequest.Kind:
        content = self._leading
        if content is None or isinstance(content, Unreadable):
            return Kind.OTHER
        return Kind.TEXT if isinstance(content, InboundSms) else Kind.STATUS

    @property
    def contact(self) -> str:
        return content.sender if isinstance(content := self._leading, InboundSms) else ""

    @property
    def itsp_message_id(self) -> str:
        return content.itsp_message_id if (content := self._leading) else ""

    @property
    def _leading(self) -> Content | None:
        """What the journal shows of a request with several items: its first text, else its first status."""
        contents = [item.content for item in self.items]
        return min(contents, key=lambda content: _LEADING.index(type(content)), default=None)

    def judge(self) -> None:
        """Sums up what became of its items."""
        results = [item.result for item in self.items if item.result is not None]
        outcomes = [result.outcome for result in results]
        outcome = min(outcomes, key=_WEIGHTIEST_FIRST.index)
        said = list(dict.fromkeys(filter(None, (result.reason for result in results))))
        done = outcomes.count(Outcome.PROCESSED)
        if 0 < done < len(outcomes):
            said.append(reasons.TAKEN_IN(done=done, count=len(outcomes)))
        said.append(reasons.odd(self.mistakes))
        self.verdict = Verdict(outcome, joined(said), 403 if outcome == Outcome.REJECTED else 200)
