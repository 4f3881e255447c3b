"""Devices that take notifications: they come by the browser's own subscription, and end with its login."""

import hashlib
import zlib
from collections.abc import Iterable
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from pbx_messaging.outside.addresses import is_plain_https
from sessions.live.gate import Credential, users_of
from sessions.models import Push, PushDevice
from sessions.push.encryption import CURVE, POINT_BYTES, SECRET_BYTES, bytes_of

DEVICES_MOST = 20  # of one user; the oldest goes
ENDPOINT_MOST = 2_048  # characters
# What stands in a browser's name for itself; the first that fits is it.
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_PHONES = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android"}
_SYSTEMS = _PHONES | {"Windows": "Windows", "Mac OS": "Mac", "CrOS": "ChromeOS", "Linux": "Linux"}


class DeviceForm(forms.Form):
    """A browser's subscription: where it is reached, and its keys."""

    endpoint = forms.CharField(max_length=ENDPOINT_MOST)
    p256dh = forms.CharField(max_length=128)
    auth = forms.CharField(max_length=64)

    def clean_endpoint(self) -> str:
        endpoint: str = self.cleaned_data["endpoint"]
        if not may_be_called(endpoint):
            raise forms.ValidationError(_("The push service’s address is not one that can be called."))
        return endpoint

    def clean_p256dh(self) -> str:
        value: str = self.cleaned_data["p256dh"]
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _exactly(value, POINT_BYTES))
        except ValueError as error:
            raise forms.ValidationError(_("The browser’s key is not one.")) from error
        return value

    def clean_auth(self) -> str:
        value: str = self.cleaned_data["auth"]
        try:
            _exactly(value, SECRET_BYTES)
        except ValueError as error:
            raise forms.ValidationError(_("The browser’s secret is not one.")) from error
        return value


def may_be_called(endpoint: str) -> bool:
    """https, and no user in it; where its name leads is judged when it is connected to. Or a stand-in."""
    return is_stand_in(endpoint) or is_plain_https(endpoint)


def is_stand_in(endpoint: str) -> bool:
    """Whether it is one that tests have in the place of a push service."""
    return any(endpoint.startswith(f"{stand_in}/") for stand_in in settings.PUSH_STAND_IN_URLS)


def register(user: User, *, session_key: str, endpoint: str, keys: dict[str, str], agent: str) -> PushDevice:
    """Whoever subscribes in a browser has it from now on, whosever it was. `agent`: how it names itself."""
    values = {
        "user": user,
        "session_key": session_key,
        "endpoint": endpoint,
        "service": service_of(endpoint),
        "keys": keys,
        "name": name_of(agent),
    }
    hashed = hashlib.sha256(endpoint.encode()).hexdigest()
    PushDevice.objects.filter(endpoint_hash=hashed).exclude(user=user).delete()  # with what waits for it
    device, _made = PushDevice.objects.update_or_create(endpoint_hash=hashed, defaults=values)
    kept = user.push_devices.values_list("pk", flat=True)[:DEVICES_MOST]
    user.push_devices.exclude(pk__in=list(kept)).delete()
    return device


def service_of(endpoint: str) -> int:
    """A number for the push service's host."""
    return zlib.crc32(urlsplit(endpoint).netloc.encode())


def name_of(agent: str) -> str:
    """ "Chrome on Windows", as far as the browser tells."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS.items() if sign in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A device")


def try_out(device: PushDevice) -> None:
    """Has a notification sent that says nothing."""
    Push.objects.get_or_create(device=device, notice=None, defaults={"next_try_at": timezone.now()})


def alive(devices: Iterable[PushDevice]) -> list[PushDevice]:
    """Those whose login still holds. With log-out, revocation or a new password, the others end for good."""
    devices = list(devices)
    users = users_of({Credential(session_key=device.session_key) for device in devices})
    holding = [one for one in devices if users.get(Credential(session_key=one.session_key)) == one.user_id]
    if ended := {device.pk for device in devices} - {device.pk for device in holding}:
        PushDevice.objects.filter(pk__in=ended).delete()
    return holding


def _exactly(text: str, length: int) -> bytes:
    content = bytes_of(text)
    if len(content) != length:
        raise ValueError(text)
    return content
