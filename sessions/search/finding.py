"""Search over all that somebody may see: texts and notes, phone numbers in any format, contacts.

The access is the queryset that is given; a search only narrows it. What is found is asked for first, and put
into the query as a list of ids: the database then never sorts all the sessions in which a word occurs. Where
a word is too common for a list, sessions are walked newest first, each asked whether it has the word.
"""

import re
from dataclasses import dataclass

import phonenumbers
from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Reverse

from accounts.pasted import cleaned
from channels.models import Number
from channels.phone_numbers import begin_without_zero
from channels.written_numbers import digits_of
from sessions.models import (
    Contact,
    MessagingSession,
    MessagingSessionQuerySet,
    SearchedContact,
    SearchedContactValue,
    SearchedMessage,
)
from sessions.search.index import PUNCTUATION
from sessions.search.ways import LISTED_MOST, Found, way_to

TEXT_MOST = 200  # characters that are looked for, of what somebody pasted
WORDS_MOST = 12
DIGITS_LEAST = 3
_SPACES = str.maketrans(dict.fromkeys(PUNCTUATION, " "))
_PHONE = re.compile(r"(\+?)([0-9]+)")


def matching(
    sessions: MessagingSessionQuerySet, text: str, *, is_whole: bool = False
) -> MessagingSessionQuerySet:
    """Narrows `sessions` to those that the text finds; an empty one finds all. It asks a few quick questions.

    A text finds a session if one message has all its words, or the contact's name or one of its fields has,
    the last word by its beginning; or if the contact's number or ours begins or ends with it. `is_whole` is
    for whoever reads all that is found, not the first page of it.
    """
    text = _read(text)
    if not text:
        return sessions
    found = of_contact(text) | of_our_number(text)
    if lexemes := lexemes_of(text):
        texts = Found(SearchedMessage.objects.filter(words__hold=lexemes))
        in_texts, found_text = way_to(texts, "found_text", is_whole=is_whole)
        if found_text is not None:
            sessions = sessions.alias(found_text=found_text)
        found |= in_texts
    return with_address(sessions, found)


def _read(text: str) -> str:
    return cleaned(text.replace("\0", " "))[:TEXT_MOST]


def lexemes_of(text: str) -> str:
    """The words as the database's full-text search wants them; nothing of the text works as an operator."""
    parts = text.translate(_SPACES).split()
    words = [part for part in parts if any(map(str.isalnum, part))][:WORDS_MOST]  # an emoji is no word
    if not words:
        return ""
    quote, prefix, also = ("'", ":*", " & ") if connection.vendor == "postgresql" else ('"', "*", " ")
    return also.join(f"{quote}{word}{quote}" for word in words) + prefix


@dataclass(frozen=True)
class Forms:
    """What addresses begin with, or end with, if the text is a part of a phone number; or are, if not."""

    begins: frozenset[str] = frozenset()
    ends: str = ""

    def condition(self, field: str, backwards: str) -> Q:
        """`backwards` names what has the field's characters in reverse order."""
        found = Q(pk__in=[])
        for begin in self.begins:
            found |= Q(**{f"{field}__startswith": begin})
        return found | Q(**{f"{backwards}__startswith": self.ends[::-1]}) if self.ends else found


def forms_of(text: str) -> Forms:
    """(415) 555-0123, 0415…, +1 415… and 001415… lead to +14155550123; ACME to the sender of that name."""
    number = _PHONE.fullmatch(digits_of(text))
    if number is None:
        one_word = len(text.split()) == 1
        return Forms(frozenset({text, text.upper()} if one_word else ()))
    plus, digits = number.groups()
    if len(digits) < DIGITS_LEAST:
        return Forms()
    if plus:
        return Forms(frozenset({f"+{digits}", begin_without_zero(f"+{digits}")} - {""}))
    country = phonenumbers.country_code_for_region(settings.DEFAULT_REGION)
    national = digits.removeprefix("0")
    return Forms(frozenset({digits, f"+{digits}", f"+{country}{national}"}), national)


def with_address(sessions: MessagingSessionQuerySet, found: Q) -> MessagingSessionQuerySet:
    """Narrowed by what `of_contact` and `of_our_number` say, and what else is in `found`."""
    return sessions.alias(contact_reversed=Reverse("contact")).filter(found)


def of_contact(text: str) -> Q:
    """Sessions whose contact has such a number, name, or value of a field. For `with_address`."""
    forms, lexemes = forms_of(text), lexemes_of(text)
    found = forms.condition("contact", "contact_reversed")
    sessions = MessagingSession.objects.alias(contact_reversed=Reverse("contact")).filter(found)
    listed = list(sessions.values_list("contact", flat=True)[: LISTED_MOST + 1])
    if len(listed) <= LISTED_MOST:
        found = Q(contact__in=set(listed))
    if not lexemes:
        return found
    named = SearchedContact.objects.filter(words__hold=lexemes).values_list("address", flat=True)
    known = named.union(_noted(lexemes).values_list("contact__address", flat=True))
    listed = list(known[: LISTED_MOST + 1])
    return found | Q(contact__in=listed if len(listed) <= LISTED_MOST else known)


def _noted(lexemes: str) -> QuerySet[SearchedContactValue]:
    """What is noted of contacts and has such words. What archived fields hold finds nothing."""
    return SearchedContactValue.objects.filter(words__hold=lexemes, field__archived_at=None)


def of_our_number(text: str) -> Q:
    """Sessions of those of our numbers that the text is a part of."""
    numbers = Number.objects.alias(address_reversed=Reverse("address"))
    found = numbers.filter(forms_of(text).condition("address", "address_reversed"))
    return Q(number__in=list(found.values_list("pk", flat=True)))


def contacts_matching(contacts: QuerySet[Contact], text: str) -> QuerySet[Contact]:
    """Narrows `contacts` to those whose name, number or fields the text finds; an empty one finds all."""
    text = _read(text)
    if not text:
        return contacts
    found = forms_of(text).condition("address", "address_reversed")
    if lexemes := lexemes_of(text):
        found |= Q(pk__in=SearchedContact.objects.filter(words__hold=lexemes).values("pk"))
        found |= Q(pk__in=_noted(lexemes).values("contact"))
    return contacts.alias(address_reversed=Reverse("address")).filter(found)
