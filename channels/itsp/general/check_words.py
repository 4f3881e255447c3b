"""What a provider's set-up check says, and what to do then."""

from django.utils.translation import gettext_lazy as _

from pbx_messaging.said import Kind

NOBODY_TO_ASK = Kind(
    "general-nobody-to-ask",
    _("The channel has no Verification URL, so nobody can be asked whether the API Key is right."),
)
SEND_TEXT = Kind("general-send-text", _("Send a text: its status shows."))
ENTER_KEY = Kind("general-enter-key", _("Enter the key that the provider’s portal shows."))
KEY_ACCEPTED = Kind("general-key-accepted", _("The provider accepts the API Key."))
NOT_REACHED = Kind(
    "general-own-url-not-reached",
    _("PBX can’t reach its own Webhook URL from its own machine. Some networks forbid that."),
)
TEST_CALL = Kind("general-test-call", _("Have the provider send a test call."))
TAKEN_IN = Kind("general-signed-call-taken-in", _("A signed call to the Webhook URL is taken in."))
HEADER_LOST = Kind(
    "general-header-lost",
    _("A call that was signed rightly is refused: its header %(header)s was lost on the way."),
)
PASS_ON = Kind("general-pass-header-on", _("Let the proxy in front of PBX pass this header on."))
OTHER_ANSWER = Kind("general-other-answer", _("The Webhook URL answers a signed call with HTTP %(status)d."))
