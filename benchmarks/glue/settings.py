"""A project as `startproject` makes it, on the same database as the product; CONN_MAX_AGE from outside."""

from pbx_messaging.settings import ALLOWED_HOSTS, DATABASE, SECRET_KEY, env

__all__ = ["ALLOWED_HOSTS", "SECRET_KEY"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "benchmarks.glue",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "benchmarks.glue.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
DATABASES = {
    "default": {**DATABASE, "CONN_MAX_AGE": env.int("GLUE_CONN_MAX_AGE_S"), "CONN_HEALTH_CHECKS": False}
}
