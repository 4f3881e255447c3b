"""What the check of PBX's own address says, and what to do then."""

from django.utils.translation import gettext_lazy as _

from pbx_messaging.said import Kind

NOT_HTTPS = Kind("address-not-https", _("%(url)s is not https."))
LOCAL = Kind("address-local", _("%(url)s is an address of your own network; %(itsp)s can’t reach it."))
SET_PUBLIC_URL = Kind(
    "set-public-url", _("Set PUBLIC_URL to an https address that the internet reaches PBX by.")
)
BAD_CERTIFICATE = Kind(
    "address-bad-certificate",
    _("The certificate of %(url)s is not valid for this name, has expired, or is not trusted."),
)
INSTALL_CERTIFICATE = Kind("install-certificate", _("Install a valid certificate for this name."))
NOT_REACHED = Kind(
    "address-not-reached",
    _("PBX can’t reach %(url)s from its own machine. Some networks forbid that."),
)
OPEN_FROM_OUTSIDE = Kind(
    "open-from-outside",
    _("Open the address from outside your network, such as from a phone: it must answer."),
)
WE_ANSWER = Kind("address-answers", _("PBX answers at %(url)s."))
SOMETHING_ELSE = Kind(
    "address-of-another", _("Something else than PBX answers at %(url)s (HTTP %(status)d).")
)
LEAD_TO_US = Kind(
    "lead-address-to-us",
    _("Let the proxy or router at this address lead to PBX, or correct PUBLIC_URL."),
)
