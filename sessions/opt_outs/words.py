"""The words by which a contact opts out, in again, or asks for help, and how people write them.

A text means one of them if it says nothing else: whatever its capitals, accents, blanks, quotes, full stops,
pictures and invisible characters are, and with a signature below. What goes on ("stop by tomorrow?"), or asks
("Stop?"), is a text like any other.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from accounts.tidying import tidy_lines
from channels.itsp.texts import InboundSms, KeywordKind
from sessions.compiled import Compiled
from sessions.models import OptOutWord

# By language. Source of the English ones: the list that US carriers share; the others are what businesses
# and carriers of these countries use.
BUILT_IN: Mapping[str, Mapping[KeywordKind, str]] = {
    language: dict(zip(KeywordKind, words, strict=True))
    for language, words in {
        "en": (
            "STOP, STOP ALL, UNSUBSCRIBE, UNSUBSCRIBE ME, END, QUIT, CANCEL, REVOKE, OPT OUT, OPT ME OUT",
            "START, UNSTOP",
            "HELP, INFO",
        ),
        "de": ("STOPP, ABMELDEN, ABBESTELLEN", "ANMELDEN", "HILFE"),
        "es": ("PARAR, PARE, ALTO, BAJA, CANCELAR", "EMPEZAR, COMENZAR, INICIAR", "AYUDA"),
        "fr": ("ARRÊT, ARRÊTER, ARRÊTEZ, DÉSABONNER", "COMMENCER, RÉABONNER", "AIDE"),
        "it": ("FERMA, DISISCRIVIMI, CANCELLAMI", "INIZIA", "AIUTO"),
        "nl": ("AFMELDEN, UITSCHRIJVEN", "AANMELDEN", "HULP"),
        "pt": ("PARAR, SAIR, CANCELAR", "COMEÇAR, INICIAR", "AJUDA"),
        "sw": ("ACHA, SIMAMISHA, JIONDOE", "ANZA", "MSAADA"),
    }.items()
}
LONGEST = 200  # characters of a text that may be such a word, with what stands below it
TOLL_FREE = re.compile(r"\+18(00|33|44|55|66|77|88)\d{7}")  # there, YES does not re-open

_ASKS = re.compile("[?¿؟？]")
_SIGNED = re.compile(
    r"[-–—_*=~]{2,}.*"
    r"|(sent|gesendet|envoyé|enviado|inviato|verzonden) (from|von|depuis|de|desde|do|da|vanaf)\b.*",
    re.I,
)
_NAME_WORDS = 4  # of a name below the word

_added = Compiled(lambda keys: OptOutWord.objects.filter(key__in=keys).values_list("key", "kind"))


def key_of(text: str) -> str:
    """The word that a text may be, by its letters and digits; "" of one that says more."""
    if len(text) > LONGEST:
        return ""
    first, *rest = tidy_lines(text).split("\n")
    return "" if _ASKS.search(text) or not _is_signature(rest) else letters_of(first)


def letters_of(words: str) -> str:
    """By which words are compared: "Opt-out", "OPT OUT" and "ÓPTOUT" are the same."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", words))).upper()


def wishes_of(texts: Sequence[InboundSms]) -> list[bool | None]:
    """Of each text, True: it is a STOP; False: a START; None: neither. What the ITSP says goes first.

    One query, whatever their number.
    """
    opts_out = {KeywordKind.STOP: True, KeywordKind.START: False}
    return [opts_out.get(kind) if kind else None for kind in _kinds_of(texts)]


def wish_of(sms: InboundSms) -> bool | None:
    """The same of one text."""
    return wishes_of([sms])[0]


def is_keyword(sms: InboundSms) -> bool:
    """A STOP, a START or a HELP: nobody answers that by a machine."""
    return _kinds_of([sms]) != [None]


def kind_of_key(key: str) -> KeywordKind | None:
    return _kinds_of_keys([key]).get(key)


def _kinds_of(texts: Sequence[InboundSms]) -> list[KeywordKind | None]:
    keys = ["" if sms.keyword else key_of(sms.body) for sms in texts]
    kinds = _kinds_of_keys(keys)
    return [
        sms.keyword or (KeywordKind.START if _is_yes(sms) else kinds.get(key))
        for sms, key in zip(texts, keys, strict=True)
    ]


def _kinds_of_keys(keys: Iterable[str]) -> dict[str, KeywordKind]:
    """What is built in comes first: nobody can take it away."""
    added = _added({key for key in keys if key and key not in _BUILT_IN})
    return {**_BUILT_IN, **{key: KeywordKind(kind) for key, kind in added}}


def _is_yes(sms: InboundSms) -> bool:
    """It re-opens as the ITSP has it only, to the letter: so many answers are a "Yes!"."""
    return sms.body.strip().upper() == "YES" and not TOLL_FREE.fullmatch(sms.recipient)


def _is_signature(lines: Sequence[str]) -> bool:
    """Whether what stands below the word says nothing: a name, a rule, what a phone puts there."""
    if not any(lines):
        return True
    if not lines[0] or _SIGNED.fullmatch(lines[0]):
        return True
    words = " ".join(lines).split()
    return len(words) <= _NAME_WORDS and all(word[0].isupper() for word in words)


_BUILT_IN: Mapping[str, KeywordKind] = {
    letters_of(word): kind
    for language in BUILT_IN.values()
    for kind, words in language.items()
    for word in words.split(",")
}
