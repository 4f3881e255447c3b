"""In what form one provider takes texts and posts what it has to say."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

from channels.itsp.delivery import DeliveryStatus
from channels.itsp.general.tables import STATUSES

KEY = "{key}"  # in `auth_format`: where the API key goes


@dataclass(frozen=True)
class Shape:
    """The defaults are what docs/general-itsp.md tells providers. Names of fields are paths in JSON."""

    auth_header: str = "Authorization"
    auth_format: str = f"Bearer {KEY}"
    sent_from: str = "from"
    sent_to: str = "to"
    sent_text: str = "text"
    sent_media: str = "media"
    sent_reference: str = "reference"
    answer_id: str = "data.id"
    signature_header: str = "X-Signature-256"
    signature_format: str = "sha256=hex"
    timestamp_header: str = ""
    inbound_id: str = "id"
    inbound_from: str = "from"
    inbound_to: str = "to"
    inbound_text: str = "text"
    inbound_media: str = "media"
    result_id: str = "id"
    result_status: str = "status"
    result_reference: str = "reference"
    result_error: str = "error"
    status_words: str = ""

    @classmethod
    def of(cls, credentials: Mapping[str, Any]) -> Self:
        """What a channel's credentials say of it; what they leave out is the default."""
        return cls(
            **{one.name: str(credentials[one.name]) for one in fields(cls) if credentials.get(one.name)}
        )

    @cached_property
    def statuses(self) -> Mapping[str, DeliveryStatus]:
        """By the provider's words, in lower case."""
        return {**STATUSES, **words_of(self.status_words)}


def words_of(text: str) -> dict[str, DeliveryStatus]:
    """Of lines such as `DELIVRD = delivered`. Raises `ValueError` with the line that can't be read."""
    words = {}
    for line in filter(str.strip, text.splitlines()):
        word, sign, status = (part.strip().lower() for part in line.partition("="))
        if not (word and sign) or status not in STATUSES:
            raise ValueError(line.strip())
        words[word] = STATUSES[status]
    return words
