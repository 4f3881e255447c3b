"""What a response of words is sent as. Static files are compressed beforehand, by `collectstatic`.

Whoever can have a logged-in browser ask for our pages and sees only how long the answers are could guess a
secret in one, if its length told how well the guess compresses (BREACH). So what shows a secret is sent as
it is, and proxies are told to leave it so; of all else the length is off by up to a hundred random bytes.
"""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_cache_control

WORDS = ("text/", "application/json", "application/problem+json", "application/manifest+json")
# By name of URL: webhook URLs, API tokens, invitation links; and all of two-step login.
WITH_SECRETS = frozenset(
    (
        "channel-add",
        "channel-edit",
        "channel-itsp",
        "channel-renew",
        "profile-tokens",
        "user-tokens",
        "user-invitation",
    )
)
TWO_STEP = "mfa_"


class CompressionMiddleware(GZipMiddleware):
    """Neither what shows a secret, nor files and streams."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if _shows_secret(request):
            patch_cache_control(response, no_transform=True)
            return response
        if response.streaming or not response.get("Content-Type", "").startswith(WORDS):
            return response
        return super().process_response(request, response)


def _shows_secret(request: HttpRequest) -> bool:
    name = (request.resolver_match and request.resolver_match.url_name) or ""
    return name in WITH_SECRETS or name.startswith(TWO_STEP)
