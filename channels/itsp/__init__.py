"""The list of ITSPs. A new one is one package and one line here: see docs/adding-an-itsp.md."""

from channels.itsp.base import Itsp
from channels.itsp.twilio import Twilio

ITSPS: dict[str, Itsp] = {itsp.code: itsp for itsp in (Twilio(),)}
