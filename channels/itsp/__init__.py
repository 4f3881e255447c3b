"""The list of ITSPs. A new one is one package and one line here: see docs/adding-an-itsp.md."""

from channels.itsp.bandwidth import Bandwidth
from channels.itsp.base import Itsp
from channels.itsp.general import General
from channels.itsp.telnyx import Telnyx
from channels.itsp.twilio import Twilio

ITSPS: dict[str, Itsp] = {itsp.code: itsp for itsp in (Twilio(), Telnyx(), Bandwidth(), General())}
