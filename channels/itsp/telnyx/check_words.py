"""What Telnyx's set-up checks say, and what to do then."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from pbx_messaging.said import Kind

NOT_TOLD = Kind("telnyx-check-not-told", _("Telnyx does not tell this (error %(code)s)."))

# The account and its messaging profile.
ACCEPTED = Kind("telnyx-accepted", _("Telnyx accepts the API key, and has the messaging profile."))
COPY_ANEW = Kind(
    "telnyx-copy-anew",
    _("Copy the API key and the profile’s ID anew from the Telnyx portal, and save."),
)
DISABLED = Kind("telnyx-disabled", _("The messaging profile is disabled."))
ENABLE = Kind("telnyx-enable", _("Enable it in the Telnyx portal."))
ENABLED = Kind("telnyx-enabled", _("The messaging profile is enabled."))
SPEND_LIMIT = Kind(
    "telnyx-spend-limit",
    _("No more texts leave on a day once they have cost %(limit)s USD."),
)
SMART_ENCODING = Kind(
    "telnyx-smart-encoding",
    _("Smart encoding may replace characters of a text, such as curly quotes."),
)
MOBILE_ONLY = Kind("telnyx-mobile-only", _("Texts go to mobile numbers only."))
COUNTRIES_UNTOLD = Kind("telnyx-countries-untold", _("Telnyx does not say which countries are allowed."))
LOOK_AT_COUNTRIES = Kind(
    "telnyx-look-at-countries",
    _("Look at the allowed destinations of the messaging profile."),
)
ENABLE_COUNTRIES = Kind(
    "telnyx-enable-countries",
    _("Add them to the allowed destinations of the messaging profile."),
)
FAILED_CALLS = Kind(
    "telnyx-failed-calls",
    ngettext_lazy(
        "Telnyx could not deliver to the Webhook URL: %(count)d time.",
        "Telnyx could not deliver to the Webhook URL: %(count)d times.",
        "count",
    ),
)
SEE_ANSWERS = Kind(
    "telnyx-see-answers",
    _(
        "See in the Telnyx portal what PBX answered, and check that it is reachable. The entry goes after 24 "
        "hours."
    ),
)

# A number.
PASTE_URL = Kind(
    "telnyx-paste-url",
    _("Paste the Webhook URL at “Send a webhook to this URL” of the messaging profile."),
)
OLD_VERSION = Kind(
    "telnyx-old-version",
    _("The messaging profile’s webhook has another API version than 2, which PBX can’t read."),
)
CHOOSE_VERSION = Kind("telnyx-choose-version", _("Choose API v2 in it."))
COMES_TO_US = Kind("telnyx-comes-to-us", _("Texts to the messaging profile come to PBX."))
NO_FAILOVER = Kind(
    "telnyx-no-failover",
    _("If PBX does not answer, Telnyx has no other address to try: this can be improved."),
)
GOES_NOWHERE = Kind("telnyx-goes-nowhere", _("The messaging profile has no webhook: texts to it go nowhere."))
GOES_TO_CHANNEL = Kind(
    "telnyx-goes-to-channel",
    _("Texts to the messaging profile go to the Webhook URL of the channel “%(name)s”."),
)
GOES_ELSEWHERE = Kind("telnyx-goes-elsewhere", _("Texts to the messaging profile go to %(url)s."))
IN_PROFILE = Kind("telnyx-in-profile", _("The number is in the channel’s messaging profile."))
IN_OTHER_PROFILE = Kind(
    "telnyx-in-other-profile",
    _("The number is in another messaging profile: its texts go where that one leads them."),
)
IN_NO_PROFILE = Kind(
    "telnyx-in-no-profile",
    _("The number is in no messaging profile: it neither sends nor receives texts."),
)
ASSIGN = Kind("telnyx-assign", _("Assign the number to the channel’s messaging profile."))
IN_CAMPAIGN = Kind("telnyx-in-campaign", _("The number is in an A2P 10DLC campaign."))
CAMPAIGN_PENDING = Kind(
    "telnyx-campaign-pending",
    _("The number is being put into its A2P 10DLC campaign; until then, texts are blocked."),
)
CAMPAIGN_STATUS = Kind(
    "telnyx-campaign-status",
    _("The number’s place in its A2P 10DLC campaign is %(status)s: texts to US numbers are blocked."),
)
ASSIGN_AGAIN = Kind("telnyx-assign-again", _("See in the Telnyx portal why, and assign the number again."))

# Settings that are changed.
WEBHOOK = Kind("telnyx-field-webhook", _("Send a webhook to this URL"))
FAILOVER = Kind("telnyx-field-failover", _("Failover URL"))
VERSION = Kind("telnyx-field-version", _("Webhook API version"))
PROFILE = Kind("telnyx-field-profile", _("Messaging profile"))
