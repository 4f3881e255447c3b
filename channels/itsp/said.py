"""What an ITSP's error says, stored as ITSP and code; `Itsp.words_for` makes words when it is shown."""

from channels.itsp import ITSPS
from pbx_messaging.said import Kind, Params, Said


def _words(params: Params) -> str:
    """What the ITSP itself said, where that tells more than its code does."""
    return str(params.get("words") or ITSPS[params["itsp"]].words_for(params["error"]))


def by_itsp(itsp: str, error_code: str, words: str) -> str:
    """`words`: what its package made of the error."""
    if isinstance(words, Said) or not error_code:
        return words
    is_by_code = words == ITSPS[itsp].words_for(error_code)
    return ERROR(itsp=itsp, error=error_code, **({} if is_by_code or not words else {"words": words}))


ERROR = Kind("itsp", _words)
