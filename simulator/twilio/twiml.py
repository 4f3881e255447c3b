"""Reads the answer to an inbound webhook: TwiML with messages to send, or text to send as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree

XML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
TEXT_TYPE = "text/plain"


@dataclass(frozen=True, slots=True)
class Reply:
    """A <Message> of the answer; to and from are empty when the webhook's own are meant."""

    body: str
    media_urls: list[str] = field(default_factory=list)
    to: str = ""
    from_: str = ""
    status_callback: str = ""


class BadAnswer(Exception):
    """The answer can't be used: 11200 no content type, 12300 a wrong one, 12100 no TwiML, 21610 opted out."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        super().__init__(text)


def read_answer(content_type: str, body: str) -> list[Reply]:
    """The messages that the answer asks for, usually none."""
    kind = content_type.partition(";")[0].strip().lower()
    if not kind:
        raise BadAnswer(11200, "The answer has no Content-Type.")
    if kind == TEXT_TYPE:
        return [Reply(body)] if body.strip() else []
    if kind not in XML_TYPES:
        raise BadAnswer(12300, f"The answer's Content-Type {kind} is none that can be read.")
    try:
        # Expat refuses expanding entities, and the answer is at most 64 KiB.
        root = ElementTree.fromstring(body)  # noqa: S314
    except ElementTree.ParseError as error:
        raise BadAnswer(12100, f"The answer is not XML: {error}.") from error
    if root.tag != "Response":
        raise BadAnswer(12100, f"The answer's root is <{root.tag}>, not <Response>.")
    return [_reply(element) for element in root if element.tag in ("Message", "Sms")]


def _reply(element: ElementTree.Element) -> Reply:
    return Reply(
        body=element.findtext("Body") or (element.text or "").strip(),
        media_urls=[(media.text or "").strip() for media in element.findall("Media")],
        to=element.get("to", ""),
        from_=element.get("from", ""),
        status_callback=element.get("statusCallback", ""),
    )
