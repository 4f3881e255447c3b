"""What Bandwidth's set-up checks say, and what to do then."""

from django.utils.translation import gettext_lazy as _

from pbx_messaging.said import Kind

# Where nothing was found out.
NOT_TOLD = Kind("bandwidth-check-not-told", _("Bandwidth does not tell this API user (HTTP %(status)s)."))
LOOK_UP = Kind(
    "bandwidth-look-up",
    _("Look it up in the Bandwidth App, or give the user the role Configuration."),
)
NOT_REACHED = Kind(
    "bandwidth-check-not-reached", _("Bandwidth could not be reached, or its answer can’t be read.")
)

# The account and its messaging application.
REFUSED = Kind(
    "bandwidth-user-refused",
    _("Bandwidth does not accept the API user for this account. Nothing else can be asked."),
)
ENTER_USER = Kind(
    "bandwidth-enter-user",
    _("Enter the Account ID, and an API user that has the role HTTP Messaging, and save."),
)
ACCEPTED = Kind("bandwidth-accepted", _("Bandwidth accepts the API user for this account."))
OTHER_SERVICE = Kind("bandwidth-other-service", _("The application “%(name)s” is not one for messaging."))
ENTER_APPLICATION = Kind(
    "bandwidth-enter-application", _("Enter the ID of a messaging application, and save.")
)
HAS_APPLICATION = Kind(
    "bandwidth-has-application", _("The account has the messaging application “%(name)s”.")
)
HAS_NO_APPLICATION = Kind(
    "bandwidth-has-no-application",
    _("The account has no application with this Application ID: nothing can be sent."),
)
COPY_APPLICATION = Kind(
    "bandwidth-copy-application", _("Copy the ID of the messaging application anew, and save.")
)

# A number.
IN_LOCATION = Kind(
    "bandwidth-in-location",
    _("The number is in a location that is linked with the application."),
)
IN_NO_LOCATION = Kind(
    "bandwidth-in-no-location",
    _("No location that is linked with the application has this number."),
)
LINK = Kind(
    "bandwidth-link",
    _("Link the number’s location with the application, or correct the number in the channel."),
)
COMES_TO_US = Kind("bandwidth-comes-to-us", _("Texts to the number and delivery reports come to PBX."))
ENTER_CALLBACKS = Kind(
    "bandwidth-enter-callbacks",
    _("Enter the Webhook URL and the callback user name and password at the messaging application."),
)
GOES_TO_CHANNEL = Kind(
    "bandwidth-goes-to-channel",
    _("Texts to the application’s numbers go to the Webhook URL of the channel “%(name)s”."),
)
GOES_ELSEWHERE = Kind("bandwidth-goes-elsewhere", _("Texts to the application’s numbers go to %(url)s."))
NO_ADDRESS = Kind("bandwidth-no-address", _("no address"))
NO_REPORTS = Kind("bandwidth-no-reports", _("Delivery reports do not come to PBX."))
OTHER_LOGIN = Kind(
    "bandwidth-other-login",
    _("Bandwidth calls PBX with another user ID than this channel’s: its texts are refused."),
)
NOT_ALL_REPORTS = Kind("bandwidth-not-all-reports", _("Not all delivery reports are sent."))

# Whether it may text the US.
VERIFIED = Kind("bandwidth-verified", _("The toll-free number is verified."))
IN_REVIEW = Kind(
    "bandwidth-in-review",
    _("The toll-free verification is being reviewed; until then, texts are blocked."),
)
AWAIT = Kind("bandwidth-await", _("Wait for Bandwidth’s decision."))
UNVERIFIED = Kind("bandwidth-unverified", _("The toll-free number is not verified: texts are blocked."))
VERIFY = Kind("bandwidth-verify", _("Submit the toll-free verification in the Bandwidth App."))
UNKNOWN_STATE = Kind(
    "bandwidth-unknown-state",
    _("Bandwidth gives a state of the toll-free verification that PBX does not know: %(status)s."),
)
UNREGISTERED = Kind(
    "bandwidth-unregistered",
    _("The number is not registered for A2P 10DLC: texts to US numbers are blocked."),
)
REGISTER = Kind(
    "bandwidth-register",
    _("Register your business and a campaign at Bandwidth, and assign the number to it."),
)
IN_CAMPAIGN = Kind("bandwidth-in-campaign", _("The number is in an A2P 10DLC campaign."))
NO_CAMPAIGN = Kind(
    "bandwidth-no-campaign",
    _("Bandwidth names no A2P 10DLC campaign of the number, so its registration could not be read."),
)
LOOK_REGISTRATION_UP = Kind("bandwidth-look-registration-up", _("Look it up in the Bandwidth App."))

# Settings that are changed.
INBOUND_URL = Kind("bandwidth-field-inbound-url", _("Inbound callback URL"))
STATUS_URL = Kind("bandwidth-field-status-url", _("Status callback URL"))
INBOUND_USER = Kind("bandwidth-field-inbound-user", _("Inbound callback user ID"))
STATUS_USER = Kind("bandwidth-field-status-user", _("Status callback user ID"))
CALLBACKS = Kind("bandwidth-field-callbacks", _("Callbacks that are sent"))
