"""The set-up check of a provider: whether it knows the key, and whether a signed call reaches us."""

import json
import time
from collections.abc import Iterator

from django.conf import settings

from channels.itsp import check_words as common
from channels.itsp.api import ERRORS, Api
from channels.itsp.base import Credentials
from channels.itsp.errors import Advice, ItspError
from channels.itsp.general import check_words as words
from channels.itsp.general.client import verify
from channels.itsp.general.credentials import secrets_of
from channels.itsp.general.shape import Shape
from channels.itsp.general.signatures import signature
from channels.itsp.set_up import Check, CheckOutcome, Finding, SetUp

PING = json.dumps({"type": "ping"}).encode()  # of no use to anybody: the webhook answers, and stores nothing


def findings(credentials: Credentials, set_up: SetUp) -> Iterator[Finding]:
    yield _credentials(credentials)
    yield _signed(credentials, set_up)


def _credentials(credentials: Credentials) -> Finding:
    check = Check.CREDENTIALS
    if not credentials.get("verify_url"):
        return Finding(check, CheckOutcome.CANNOT_TELL, words.NOBODY_TO_ASK(), words.SEND_TEXT())
    try:
        verify(credentials)
    except ItspError as error:
        if error.advice is Advice.STOP:
            is_key = error.field == "api_key"
            return Finding(check, CheckOutcome.FAIL, error.reason, words.ENTER_KEY(), stops=is_key)
        return Finding(check, CheckOutcome.CANNOT_TELL, error.reason, common.AGAIN_LATER())
    return Finding(check, CheckOutcome.PASS, words.KEY_ACCEPTED())


def _signed(credentials: Credentials, set_up: SetUp) -> Finding:
    """As the provider would call: it shows that proxies on the way let the signature through."""
    shape, url = Shape.of(credentials), set_up.webhook_url
    at = str(int(time.time())) if shape.timestamp_header else ""
    headers = {shape.signature_header: signature(PING, secrets_of(credentials)[0], shape, at)}
    headers |= {shape.timestamp_header: at} if at else {}
    headers["Content-Type"] = "application/json"
    try:
        answer = Api("PBX", settings.ITSP_CHECK_TIMEOUT_S).call("POST", url, data=PING, headers=headers)
    except ERRORS:
        return Finding(Check.SIGNED, CheckOutcome.CANNOT_TELL, words.NOT_REACHED(), words.TEST_CALL())
    if answer.status_code == 200:
        return Finding(Check.SIGNED, CheckOutcome.PASS, words.TAKEN_IN())
    if answer.status_code == 403:
        why = words.HEADER_LOST(header=shape.signature_header)
        return Finding(Check.SIGNED, CheckOutcome.FAIL, why, words.PASS_ON())
    why = words.OTHER_ANSWER(status=answer.status_code)
    return Finding(Check.SIGNED, CheckOutcome.CANNOT_TELL, why, common.AGAIN_LATER())
