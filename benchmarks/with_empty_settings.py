"""The product's settings with one more URL: /empty/, what the same server can do at most."""

from pbx_messaging.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.with_empty_urls"
