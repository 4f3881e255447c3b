"""What Twilio's set-up checks say, and what to do then."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from pbx_messaging.said import Kind

# The account.
REFUSED = Kind(
    "twilio-account-refused",
    _("Twilio does not accept this Account SID and Auth Token together. Nothing else can be asked."),
)
COPY_ANEW = Kind(
    "twilio-copy-anew",
    _("Copy both anew from the dashboard of the account that the number was purchased with, and save."),
)
KEY_USELESS = Kind(
    "twilio-key-useless",
    _("Twilio does not accept the API key and its secret: nothing can be sent with it."),
)
NEW_KEY = Kind(
    "twilio-new-key",
    _("Create a new API key in the account and its region, or leave both empty, and save."),
)
TOKEN_ACCEPTED = Kind("twilio-token-accepted", _("Twilio accepts the Account SID and the Auth Token."))
KEY_ACCEPTED = Kind(
    "twilio-key-accepted", _("Twilio accepts the Account SID, the Auth Token and the API key.")
)
STATUS = Kind("twilio-account-status", _("The Twilio account is %(status)s."))
ASK_WHY = Kind("twilio-ask-why", _("Ask Twilio why, or enter the credentials of another account."))
TRIAL = Kind(
    "twilio-trial",
    _("This is a trial account: it can text only numbers that were verified at Twilio."),
)
UPGRADE = Kind("twilio-upgrade", _("Upgrade the account before you text customers."))
SUB_ACCOUNT = Kind("twilio-sub-account", _("This is a sub-account of %(owner)s."))
ONLY_ITS_NUMBERS = Kind(
    "twilio-only-its-numbers",
    _(
        "Only numbers that were purchased with this sub-account work on this channel; the geographic "
        "permission is set in the parent account."
    ),
)
FULL_ACCOUNT = Kind("twilio-full-account", _("This is a full account, and it is active."))
NOT_TOLD = Kind("twilio-check-not-told", _("Twilio does not tell this account (HTTP %(status)s)."))
ENABLE_COUNTRIES = Kind(
    "twilio-enable-countries",
    _("Enable the geographic permission for them, in the parent account."),
)
COUNTRIES_UNTOLD = Kind(
    "twilio-countries-untold",
    _("Twilio does not say whether these countries are enabled: %(countries)s."),
)
LOOK_AT_COUNTRIES = Kind(
    "twilio-look-at-countries", _("Look at the geographic permissions in the Twilio portal.")
)
FAILED_CALLS = Kind(
    "twilio-failed-calls",
    ngettext_lazy(
        "Twilio could not deliver to the Webhook URL: %(count)d time, with error %(code)s.",
        "Twilio could not deliver to the Webhook URL: %(count)d times, last with error %(code)s.",
        "count",
    ),
)
READ_THE_ERROR = Kind(
    "twilio-read-the-error",
    _("Read what the error means, and check that PBX is reachable. The entry goes after 24 hours."),
)

# Webhook Rules.
NO_RULE = Kind(
    "twilio-no-rule",
    _("No Webhook Rule applies to the Webhook URL: what stands behind its # holds."),
)
RULE_SIGNS = Kind(
    "twilio-rule-signs",
    _(
        "The Webhook Rule “%(name)s” has a Setting that signs with a SharedKey, which the channel does "
        "not have: its texts are refused."
    ),
)
ENTER_SHARED_KEY = Kind(
    "twilio-enter-shared-key",
    _("Enter the key’s secret as Webhook Signing Key, or take the signature out of the Setting."),
)
RULE_APPLIES = Kind(
    "twilio-rule-applies",
    _(
        "The Webhook Rule “%(name)s” applies. Its connection configuration goes before what stands behind "
        "the # of the Webhook URL."
    ),
)
RULE_TRIES_ONCE = Kind(
    "twilio-rule-tries-once",
    _(
        "It does not try again. Give its Setting a connection configuration with 2 retries on connection and "
        "read timeouts and on 5xx, 2000 ms to connect and 3000 ms to read."
    ),
)

# A number.
OF_SUB_ACCOUNT = Kind(
    "twilio-number-of-sub-account",
    _("The number belongs to the sub-account “%(name)s” (%(sid)s)."),
)
ENTER_SUB_ACCOUNT = Kind(
    "twilio-enter-sub-account",
    _("Enter that sub-account’s Account SID and Auth Token in the channel."),
)
ENTER_PARENT = Kind(
    "twilio-enter-parent",
    _(
        "This is a sub-account. If the number was purchased with the parent account, enter the "
        "parent’s Account SID and Auth Token; otherwise purchase it, or correct it in the channel."
    ),
)
PASTE_URL = Kind("twilio-paste-url", _("Paste the Webhook URL at “A message comes in” of the number."))
CALLED_BY_GET = Kind(
    "twilio-called-by-get",
    _("The webhook is called with HTTP GET, which PBX does not answer."),
)
CHOOSE_POST = Kind("twilio-choose-post", _("Choose HTTP POST."))
COMES_TO_US = Kind("twilio-comes-to-us", _("Texts to the number come to PBX."))
HARDLY_TRIES_AGAIN = Kind(
    "twilio-hardly-tries-again",
    _("If PBX does not answer at once, Twilio would hardly try again: this can be improved."),
)
GOES_NOWHERE = Kind("twilio-goes-nowhere", _("The number has no webhook: texts to it go nowhere."))
GOES_TO_CHANNEL = Kind(
    "twilio-goes-to-channel",
    _("Texts to the number go to the Webhook URL of the channel “%(name)s”."),
)
GOES_ELSEWHERE = Kind("twilio-goes-elsewhere", _("Texts to the number go to %(url)s."))
APP_TAKES = Kind(
    "twilio-app-takes",
    _("The TwiML App %(sid)s takes the number’s texts, and its webhook is ignored."),
)
LEAVE_APP = Kind("twilio-leave-app", _("Take the number out of the TwiML App."))
NOTHING_TAKES = Kind("twilio-nothing-takes", _("No TwiML App and no Messaging Service takes its texts."))
SERVICE_LEAVES = Kind(
    "twilio-service-leaves",
    _("The Messaging Service “%(name)s” leaves the number’s texts to PBX."),
)
SERVICE_TAKES = Kind(
    "twilio-service-takes",
    _("The Messaging Service “%(name)s” takes the number’s texts to %(url)s."),
)
SERVICE_DROPS = Kind("twilio-service-drops", _("The Messaging Service “%(name)s” drops the number’s texts."))
DEFER = Kind(
    "twilio-defer",
    _("In the service’s Integration page, choose “Defer to sender’s webhook”."),
)
CAMPAIGN_VERIFIED = Kind(
    "twilio-campaign-verified",
    _("The number is in the Messaging Service “%(name)s”, whose A2P 10DLC campaign is verified."),
)
CAMPAIGN_REVIEWED = Kind(
    "twilio-campaign-reviewed",
    _("The A2P 10DLC campaign is being reviewed; until then, texts to US numbers are blocked."),
)
CAMPAIGN_STATUS = Kind(
    "twilio-campaign-status",
    _("The A2P 10DLC campaign is %(status)s: texts to US numbers are blocked."),
)
SUBMIT_CAMPAIGN = Kind("twilio-submit-campaign", _("See in the Twilio portal why, and submit it again."))

# Settings that are changed.
COMES_IN = Kind("twilio-field-comes-in", _("A message comes in"))
METHOD = Kind("twilio-field-method", _("HTTP method"))
FALLBACK = Kind("twilio-field-fallback", _("Primary handler fails"))
APP = Kind("twilio-field-app", _("TwiML App"))
SERVICE_GOES_TO = Kind(
    "twilio-field-service",
    ngettext_lazy(
        "Messaging Service “%(name)s”: texts to the %(count)d number in it go to",
        "Messaging Service “%(name)s”: texts to all %(count)d numbers in it go to",
        "count",
    ),
)
WEBHOOK_OF_EACH = Kind("twilio-webhook-of-each", _("the webhook of each number"))
