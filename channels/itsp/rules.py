"""How a table of an ITSP's error codes is written: what each means for us, and how we say it."""

from dataclasses import dataclass
from typing import TypeVar

from django_stubs_ext import StrPromise

from channels.itsp.errors import Advice

Code = TypeVar("Code", int, str)


@dataclass(frozen=True)
class Rule:
    """What an error code tells us to do, and how we say it. A final one comes again with the same text."""

    advice: Advice
    words: StrPromise
    is_final: bool = False


def rules(advice: Advice, words: StrPromise, *codes: Code) -> dict[Code, Rule]:
    return dict.fromkeys(codes, Rule(advice, words))


def final(words: StrPromise, *codes: Code) -> dict[Code, Rule]:
    """It lies with the contact's number, its country, or the text itself."""
    return dict.fromkeys(codes, Rule(Advice.FAIL, words, is_final=True))
