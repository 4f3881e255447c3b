"""What set-up checks say of any ITSP, and what to do then."""

from django.utils.translation import gettext_lazy as _

from pbx_messaging.said import Kind

# Where nothing was found out.
NOT_REACHED = Kind("check-not-reached", _("%(itsp)s could not be reached."))
NOT_CLEAR = Kind("check-not-clear", _("%(itsp)s gave no clear answer (HTTP %(status)s)."))
NOT_READ = Kind("check-not-read", _("%(itsp)s’s answer can’t be read."))
AGAIN_LATER = Kind("check-again-later", _("Check again later."))
AGAIN_WITH_INTERNET = Kind(
    "check-again-with-internet", _("Check the internet access of PBX, then check again.")
)
LOOK_UP = Kind("look-up", _("Look it up in the %(itsp)s portal."))

# Numbers.
HAS_NUMBER = Kind("has-number", _("The account of this channel has the number."))
HAS_NO_SUCH_NUMBER = Kind("has-no-such-number", _("The account of this channel does not have this number."))
PURCHASE = Kind("purchase-number", _("Purchase the number with this account, or correct it in the channel."))
SHORT_CODE = Kind("short-code-not-listed", _("Short codes are not in %(itsp)s’s list of numbers."))
CHECK_SHORT_CODE = Kind("check-short-code", _("Check the short code in the %(itsp)s portal."))
NO_SMS = Kind("number-without-sms", _("The number has no SMS feature."))
PURCHASE_SMS = Kind("purchase-sms", _("Purchase a number with SMS feature."))
SMS_AND_MMS = Kind("sms-and-mms", _("Texts and pictures (SMS and MMS)."))
SMS_ONLY = Kind("sms-only", _("Texts (SMS); pictures (MMS) are not possible."))

# Where they may text to.
NO_COUNTRIES = Kind("no-countries", _("The channel has no number yet, so it is not known where it sends to."))
ADD_NUMBER = Kind("add-number", _("Add a number to the channel."))
COUNTRIES_CLOSED = Kind("countries-closed", _("Texts to these countries are not enabled: %(countries)s."))
COUNTRIES_OPEN = Kind("countries-open", _("Enabled: %(countries)s."))
NOT_REGISTERED = Kind(
    "not-registered", _("The number is not registered for A2P 10DLC: texts to US numbers are blocked.")
)
REGISTER = Kind("register", _("Register your business and the number at %(itsp)s."))
AWAIT_DECISION = Kind("await-decision", _("Wait for %(itsp)s’s decision."))
TOLL_FREE_VERIFIED = Kind("toll-free-verified", _("The toll-free number is verified."))
TOLL_FREE_REVIEWED = Kind(
    "toll-free-reviewed",
    _("The toll-free verification is being reviewed; until then, texts are blocked."),
)
TOLL_FREE_REJECTED = Kind(
    "toll-free-rejected", _("The toll-free verification was rejected: texts are blocked.")
)
TOLL_FREE_NOT_VERIFIED = Kind(
    "toll-free-not-verified", _("The toll-free number is not verified: texts are blocked.")
)
SUBMIT_TOLL_FREE = Kind("submit-toll-free", _("Submit the toll-free verification in the %(itsp)s portal."))

# What is left in the account, and whether PBX was there.
BALANCE = Kind("balance", _("The balance is %(balance)s."))
NO_BALANCE = Kind("no-balance", _("%(itsp)s does not say the balance."))
TOP_UP = Kind("top-up", _("Top up the account, or switch on automatic recharge."))
NO_FAILURES = Kind("no-failed-calls", _("%(itsp)s has reached the Webhook URL whenever it called it."))

# What an admin wanted changed.
UNFIXED = Kind("unfixed", _("It could not be changed: %(reason)s"))
