"""What a contact card in a conversation says: of names and numbers only, and not endlessly."""

from itertools import islice

from imports.vcards import Card, cards_of

MOST_CARDS, MOST_NUMBERS, MOST_CHARACTERS = 20, 10, 127
MOST_BYTES = 5 * 1024 * 1024

Shown = dict[str, str | list[str]]  # `name`, which may be empty, and `numbers`, as somebody wrote them


def shown_of(content: bytes) -> list[Shown]:
    """Of the cards that say something."""
    telling = (card for card in cards_of(content[:MOST_BYTES]) if card.says_something)
    return [_shown(card) for card in islice(telling, MOST_CARDS)]


def _shown(card: Card) -> Shown:
    numbers = dict.fromkeys(one[:MOST_CHARACTERS] for one in (*card.numbers, *card.faxes))
    return {
        "name": (card.name or card.organization)[:MOST_CHARACTERS],
        "numbers": list(numbers)[:MOST_NUMBERS],
    }
