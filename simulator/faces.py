"""The ITSPs that the simulator plays. A new one is one package and one line here."""

from __future__ import annotations

from simulator.bandwidth.face import BandwidthFace
from simulator.face import Face
from simulator.general.face import GeneralFace
from simulator.telnyx.face import TelnyxFace
from simulator.twilio.face import TwilioFace

FACES: tuple[type[Face], ...] = (TwilioFace, TelnyxFace, BandwidthFace, GeneralFace)
