"""Whether a US number is registered: in an A2P 10DLC campaign, or verified as toll-free."""

from collections.abc import Iterator

from channels.itsp import check_words as common
from channels.itsp.set_up import Check, Finding
from channels.itsp.telnyx import check_words as words
from channels.itsp.telnyx.errors import code_of, refusal
from channels.itsp.telnyx.findings import CAMPAIGNS, NAME, TOLL_FREE, failed, passed
from channels.itsp.telnyx.http import Client
from channels.phone_numbers import country_of, is_toll_free

NO_SUCH = frozenset({"10001", "10005"})  # errors that say that there is no such thing


def findings(client: Client, number: str) -> Iterator[Finding]:
    """None for a number of another country."""
    if country_of(number) == "US":
        yield _toll_free(client, number) if is_toll_free(number) else _campaign(client, number)


def _campaign(client: Client, number: str) -> Finding:
    answer = client.get("10dlc", "phone_number_campaigns", number)
    if answer.status == 404 or code_of(answer) in NO_SUCH:
        why, what_to_do = common.NOT_REGISTERED(), common.REGISTER(itsp=NAME)
        return failed(Check.REGISTRATION, why, what_to_do, CAMPAIGNS)
    if not answer.is_success:
        raise refusal(answer)
    status = str(answer.read()["assignmentStatus"])
    if status == "ASSIGNED":
        return passed(Check.REGISTRATION, words.IN_CAMPAIGN())
    if status == "PENDING_ASSIGNMENT":
        why, what_to_do = words.CAMPAIGN_PENDING(), common.AWAIT_DECISION(itsp=NAME)
    else:
        why, what_to_do = words.CAMPAIGN_STATUS(status=status), words.ASSIGN_AGAIN()
    return failed(Check.REGISTRATION, why, what_to_do, CAMPAIGNS)


def _toll_free(client: Client, number: str) -> Finding:
    query = {"page": "1", "page_size": "100", "phone_number": number}
    answer = client.get("messaging_tollfree", "verification", "requests", **query)
    if not answer.is_success:
        raise refusal(answer)
    statuses = {str(one["verificationStatus"]) for one in answer.read()["records"]}
    if "Verified" in statuses:
        return passed(Check.REGISTRATION, common.TOLL_FREE_VERIFIED())
    if statuses - {"Rejected"}:
        why, what_to_do = common.TOLL_FREE_REVIEWED(), common.AWAIT_DECISION(itsp=NAME)
        return failed(Check.REGISTRATION, why, what_to_do, TOLL_FREE)
    why = common.TOLL_FREE_REJECTED() if statuses else common.TOLL_FREE_NOT_VERIFIED()
    return failed(Check.REGISTRATION, why, common.SUBMIT_TOLL_FREE(itsp=NAME), TOLL_FREE)
