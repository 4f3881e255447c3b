"""Settings, all from the environment; `.env.example` lists every variable with its default.

A missing secret stops the start. One block per concern.
"""

from datetime import timedelta
from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF

from pbx_messaging import databases, logs, required
from pbx_messaging.clock import NUDGED_EVERY_S
from pbx_messaging.environment import Environment

django_stubs_ext.monkeypatch()  # lets forms and fields be written with their types, as in ModelForm[Channel]

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
if (BASE_DIR / ".env").exists():
    Environment.read_env(BASE_DIR / ".env")

# --- Secrets and origin ---------------------------------------------------------------------------
SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])  # earlier ones, still believed
CREDENTIALS_KEYS: list[str] = env.list("CREDENTIALS_KEYS")  # Fernet keys; the first encrypts, all decrypt
PUBLIC_URL = env("PUBLIC_URL").rstrip("/")  # scheme and host that an ITSP reaches us by
REDIS_URL = env("REDIS_URL")
required.check(
    secret_key=SECRET_KEY, credentials_keys=CREDENTIALS_KEYS, public_url=PUBLIC_URL, redis_url=REDIS_URL
)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL, *env.list("CSRF_TRUSTED_ORIGINS", default=[])]
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var")))

# --- What strangers may do ------------------------------------------------------------------------
BODY_MAX_BYTES = env.int("BODY_MAX_BYTES", default=1024 * 1024)  # of any request
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=50 * 1024 * 1024)  # with files, of somebody known
BODIES_MAX_BYTES = env.int("BODIES_MAX_BYTES", default=32 * 1024 * 1024)  # of all strangers, per process
BODY_TIMEOUT_S = env.float("BODY_TIMEOUT_S", default=10.0)  # and what the next says on top
BODY_MIN_BYTES_PER_S = env.int("BODY_MIN_BYTES_PER_S", default=16 * 1024)  # slower senders are cut off
HEAD_TIMEOUT_S = env.float("HEAD_TIMEOUT_S", default=10.0)  # for a request's head, and for TLS before it
CONNECTIONS_MOST = env.int("CONNECTIONS_MOST", default=2_000)  # per process, event streams among them

# --- Applications ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "corsheaders",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "accounts",
    "imports",
    "routing",
    "channels",
    "sessions",
    "stats",
    "health",
    "upkeep",
    "retention",
    "api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pbx_messaging.compression.CompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.PrivatePagesMiddleware",
    "accounts.logins.LoginUseMiddleware",
    "accounts.middleware.UserTimeZoneMiddleware",
    "accounts.audit_origin.AuditOriginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.TwoStepMiddleware",
]
ROOT_URLCONF = "pbx_messaging.urls"
WSGI_APPLICATION = "pbx_messaging.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [f"accounts.templatetags.{name}" for name in ("directions", "icons", "moments")],
            "libraries": {  # those of sessions lie in its rooms
                "i18n": "accounts.templatetags.sentences",
                "availability": "sessions.presence.template_tags",
                "calling": "sessions.contacts.template_tags",
                "composing": "sessions.inbox.composing_template_tags",
                "inbox": "sessions.inbox.thread_template_tags",
                "inbox_files": "sessions.media.template_tags",
                "inbox_list": "sessions.inbox.list_template_tags",
                "logs": "sessions.logs.template_tags",
                "push": "sessions.push.template_tags",
                "sending": "sessions.lanes.template_tags",
                "telling": "sessions.live.template_tags",
                "waiting": "sessions.inbox.waiting_template_tags",
            },
        },
    },
]
SILENCED_SYSTEM_CHECKS = ["templates.W003"]  # our `i18n` is meant to stand in the place of Django's
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database -------------------------------------------------------------------------------------
DATABASES = databases.of_urls(
    env("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}"),
    env("DATABASE_REPLICA_URL", default=""),
    lock_timeout_s=env.int("DATABASE_LOCK_TIMEOUT_S", default=20),
    kept_s=env.int("DATABASE_CONN_MAX_AGE_S", default=600),
    connect_timeout_s=env.int("DATABASE_CONNECT_TIMEOUT_S", default=3),
    is_pooled=env.bool("DATABASE_POOLED", default=False),
)
DATABASE = DATABASES["default"]
DATABASE_ROUTERS = ["pbx_messaging.databases.ReplicaRouter"] if databases.REPLICA in DATABASES else []
# Others wait behind it, too; but PostgreSQL ends an autovacuum in its way after deadlock_timeout (1 s) only.
MIGRATE_LOCK_TIMEOUT_S = env.float("MIGRATE_LOCK_TIMEOUT_S", default=1.2)
MIGRATE_PATIENCE_S = env.float("MIGRATE_PATIENCE_S", default=600.0)  # of all its tries, on PostgreSQL
PAGE_STATEMENT_S = env.float("PAGE_STATEMENT_S", default=30.0)  # of a statement for a page, on PostgreSQL

# --- Redis or Valkey: broker, limiter, events, spool ----------------------------------------------
REDIS_TIMEOUT_S = env.float("REDIS_TIMEOUT_S", default=0.25)  # of one command; there are no retries
EVENTS_HEARTBEAT_S = env.float("EVENTS_HEARTBEAT_S", default=5.0)  # revoked access ends a stream as soon
EVENTS_KEPT = env.int("EVENTS_KEPT", default=10_000)  # in the stream that a reconnecting client resumes from
ABSENCE_GRACE_S = env.float("ABSENCE_GRACE_S", default=60.0)  # then what was assigned to an agent goes back
SPOOL_UNVERIFIED_KEPT = env.int("SPOOL_UNVERIFIED_KEPT", default=2_000)  # requests of unknown URLs

CACHES = {
    "default": {
        "BACKEND": "pbx_messaging.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_timeout": REDIS_TIMEOUT_S, "socket_connect_timeout": REDIS_TIMEOUT_S},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT = "pbx_messaging.broker:NudgeTransport"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ROUTES = ("pbx_messaging.queues.route",)
CELERY_WORKER_POOL = "pbx_messaging.processes.pools:PoolOfEachQueue"
SENDER_TASK_THREADS = env.int("SENDER_TASK_THREADS", default=4)  # of the sender's queue, per process
WORKER_THREADS = env.int(
    "WORKER_THREADS", default=22
)  # of the worker's queue: all shares, a backup, one more
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A nudge waits for no broker, nor does whoever nudges.
CELERY_BROKER_TRANSPORT_OPTIONS = dict(socket_timeout=5, socket_connect_timeout=2, max_retries=0)  # noqa: C408
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_IMPORTS = (
    "pbx_messaging.processes.signing",
    "pbx_messaging.processes.beginning",
    "pbx_messaging.metrics.tasks",
)
CELERY_BEAT_SCHEDULER = "pbx_messaging.processes.signing:LeadingScheduler"
BEAT_TICKED = DATA_DIR / "beat-ticked"  # a file that is touched while the clock looks whether it leads
NUDGES = NUDGED_EVERY_S | {
    "sessions.tasks.close_idle_sessions": env.float("CLOSE_IDLE_EVERY_S", default=60.0)
}
CELERY_BEAT_SCHEDULE = {  # one that no worker took until the next one is due is of no use
    task: {"task": task, "schedule": every_s, "options": {"expires": every_s}}
    for task, every_s in NUDGES.items()
}

# --- ITSP -----------------------------------------------------------------------------------------
ITSP_CODES = ("bandwidth", "general", "telnyx", "twilio")  # whose API a stand-in may take the place of
STAND_IN_URL = env("STAND_IN_URL", default="").rstrip("/")  # takes the place of all ITSPs' own APIs
_PLAYED = {code: f"{STAND_IN_URL}/{code}" if STAND_IN_URL else "" for code in ITSP_CODES}
_STAND_INS = {code: env(f"{code.upper()}_API_URL", default=url) for code, url in _PLAYED.items()}
ITSP_API_URLS = {code: url.rstrip("/") for code, url in _STAND_INS.items() if url}
ITSP_TIMEOUT_S = env.float("ITSP_TIMEOUT_S", default=30.0)  # of one send; ITSPs' own limits are shorter
ITSP_CHECK_TIMEOUT_S = env.float("ITSP_CHECK_TIMEOUT_S", default=8.0)  # of the check while an admin waits
ITSP_LIST_TOTAL_S = env.float("ITSP_LIST_TOTAL_S", default=20.0)  # of reading a list, all its pages
FETCH_PAGES_PER_MIN = env.int("FETCH_PAGES_PER_MIN", default=60)  # of missed texts, per worker and channel
FETCH_TEXTS_AT_ONCE = env.int("FETCH_TEXTS_AT_ONCE", default=500)  # missed texts of one run, per channel
FETCH_MOST_DAYS = env.int("FETCH_MOST_DAYS", default=7)  # how far back missed texts are asked for at most
FETCH_SETTLE_S = env.float("FETCH_SETTLE_S", default=20.0)  # after a gap: the ITSP's own tries are over then
SET_UP_CHECK_TOTAL_S = env.float("SET_UP_CHECK_TOTAL_S", default=90.0)  # of all calls of one set-up check
STANDBY_AFTER_S = env.float("STANDBY_AFTER_S", default=120.0)  # without a text taken: the standby sends
SENDER_THREADS = env.int("SENDER_THREADS", default=256)  # per sender process
LOW_PRIORITY_SHARE = min(0.5, max(0.0, env.float("LOW_PRIORITY_SHARE", default=0.1)))  # of a channel's slots
CLAIM_MARGIN_S = env.float("CLAIM_MARGIN_S", default=10.0)  # a claim's lease is ITSP_TIMEOUT_S + this
RECONCILE_AFTER_S = env.float("RECONCILE_AFTER_S", default=60.0)  # from the claim of an unknown text
RECONCILE_EVERY_S = env.float("RECONCILE_EVERY_S", default=30.0)
RECONCILE_MOST_S = env.float("RECONCILE_MOST_S", default=300.0)  # between questions that nobody answers
RECONCILE_GIVE_UP_S = env.float("RECONCILE_GIVE_UP_S", default=600.0)  # then it never arrived: sent again
LOOK_UP_AFTER_H = env.float("LOOK_UP_AFTER_H", default=6.0)  # without a final state: the ITSP is asked
LOOK_UP_GIVE_UP_H = env.float("LOOK_UP_GIVE_UP_H", default=72.0)
LOOK_UP_SOON_S = env.float("LOOK_UP_SOON_S", default=30.0)  # after a gap in which nobody took callbacks
LOOK_UP_UNREPORTED_S = env.float("LOOK_UP_UNREPORTED_S", default=300.0)  # of a channel without callbacks
TRY_SLOWER_S = env.float("TRY_SLOWER_S", default=300.0)  # after "too fast" for a text that was accepted
BUSINESS_NAME = env.str("BUSINESS_NAME", default="")  # who texts, where PBX confirms a STOP; or the channel's
TRY_LATER_S = env.float("TRY_LATER_S", default=3600.0)  # after a daily limit, or a number that is not ready
WEBHOOK_MAX_BYTES = env.int("WEBHOOK_MAX_BYTES", default=256 * 1024)
WEBHOOK_BODY_TIMEOUT_S = env.float("WEBHOOK_BODY_TIMEOUT_S", default=10.0)  # then it is refused
WEBHOOK_DATABASE_TIMEOUT_S = env.float("WEBHOOK_DATABASE_TIMEOUT_S", default=1.2)  # then it is spooled
WEBHOOK_REJECTS_KEPT = env.int("WEBHOOK_REJECTS_KEPT", default=1_000)  # traces of rejected requests
WEBHOOK_HELD_KEPT = env.int(
    "WEBHOOK_HELD_KEPT", default=4_000
)  # a channel's texts that were signed otherwise
WEBHOOK_JOURNAL_DAYS = env.int("WEBHOOK_JOURNAL_DAYS", default=30)  # that the journal keeps requests
WEBHOOK_FAILED_DAYS = max(WEBHOOK_JOURNAL_DAYS, env.int("WEBHOOK_FAILED_DAYS", default=180))  # failed ones
MEDIA_MAX_BYTES = env.int("MEDIA_MAX_BYTES", default=5 * 1024 * 1024)  # of one attachment
MEDIA_TOTAL_S = env.float("MEDIA_TOTAL_S", default=60.0)  # of one try to download one, redirects included
PICTURE_MOST_PIXELS = env.int("PICTURE_MOST_PIXELS", default=64_000_000)  # more are not even unpacked
PICTURE_MEMORY_BYTES = env.int("PICTURE_MEMORY_BYTES", default=1280 * 1024 * 1024)  # of making one fit
PICTURE_TOTAL_S = env.float("PICTURE_TOTAL_S", default=20.0)  # of making one fit
PICTURE_WAIT_S = env.float(
    "PICTURE_WAIT_S", default=4.0
)  # for others to be done; then one is told to try again

# --- Notifications ---------------------------------------------------------------------------------
PUSH_TOTAL_S = env.float("PUSH_TOTAL_S", default=10.0)  # of one call to a browser's push service
PUSH_STAND_IN_URLS: list[str] = env.list("PUSH_STAND_IN_URLS", default=[])  # of tests; they may be near

# --- Health and alarms -----------------------------------------------------------------------------
HEALTH_TOKEN = env("HEALTH_TOKEN", default="")  # by which a monitor reads /readyz?verbose
ALARM_TOTAL_S = env.float("ALARM_TOTAL_S", default=10.0)  # of one call to a webhook or the dead man's switch
ALARM_NEAR_URLS: list[str] = env.list("ALARM_NEAR_URLS", default=[])  # may be near, and without TLS
METRICS_TOKEN = env("METRICS_TOKEN", default="")  # by which Prometheus reads /metrics; "": nothing is counted
BACKUP_LATE_H = env.float("BACKUP_LATE_H", default=26.0)  # after the last one

# --- Backups ---------------------------------------------------------------------------------------
BACKUP_DIR = env("BACKUP_DIR", default="")  # where the worker writes them; "": it makes none by itself
BACKUP_EVERY_H = env.float("BACKUP_EVERY_H", default=24.0)
BACKUPS_KEPT = env.int("BACKUPS_KEPT", default=7)  # in BACKUP_DIR; 0 keeps all
BACKUP_KEY = env("BACKUP_KEY", default="")  # 32 bytes in base64; "": backups are not encrypted
BACKUP_TOTAL_S = env.float("BACKUP_TOTAL_S", default=6 * 3600.0)  # of making one; then it has failed

# --- REST API -------------------------------------------------------------------------------------
API_RATE_PER_MIN = env.int("API_RATE_PER_MIN", default=600)  # requests of one token
API_CORS_ORIGINS: list[str] = env.list("API_CORS_ORIGINS", default=[])  # other sites' pages that may ask it
CORS_ALLOWED_ORIGINS = API_CORS_ORIGINS
CORS_URLS_REGEX = r"^/api/v1/"
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key"]
CORS_EXPOSE_HEADERS = ["Location", "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate"]

# --- Accounts and browser sessions ----------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUDIT_DAYS = env.int("AUDIT_DAYS", default=730)  # that an entry of the audit log is kept
IMPORT_DAYS = env.int("IMPORT_DAYS", default=30)  # that an import is seen, with its faulty rows
HAND_OUT_H = env.int("HAND_OUT_H", default=48)  # that a large archive of a contact's data is kept
IMPORT_LEASE_S = env.float("IMPORT_LEASE_S", default=30.0)  # then another worker goes on for a killed one
IMPORT_KINDS = {
    "extensions": "routing.importing.ExtensionImport",
    "numbers": "channels.numbers.importing.NumberImport",
    "contacts": "sessions.contacts.importing.ContactImport",
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
AUTHENTICATION_BACKENDS = ["accounts.backends.UserBackend"]
INVITATION_DAYS = env.float("INVITATION_DAYS", default=7.0)  # how long a link for setting a password works
LOGIN_FAILURES = env.int("LOGIN_FAILURES", default=5)  # of a username from one network; then each waits
LOGIN_FAILURES_EVERYWHERE = env.int("LOGIN_FAILURES_EVERYWHERE", default=100)  # then one a minute
PASSWORD_RESET_H = env.float("PASSWORD_RESET_H", default=4.0)  # how long the link for a forgotten one works
PASSWORD_RESET_TIMEOUT = int(PASSWORD_RESET_H * 3600)
LOGIN_LOCKED_MIN = env.float("LOGIN_LOCKED_MIN", default=15.0)  # the longest wait; the first is a minute

# --- Logging in: django-allauth -------------------------------------------------------------------
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]  # nobody signs up: see urls.py
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "accounts.login_forms.LoginForm",
    "reset_password": "accounts.login_forms.ResetPasswordForm",
}
ACCOUNT_RATE_LIMITS = {  # by username, never by address: an office behind one proxy is one address
    "login": "",
    "login_failed": f"{LOGIN_FAILURES}/{LOGIN_LOCKED_MIN * 60:.0f}s/key",
    "reset_password": "5/m/key",
    "reset_password_from_key": "",
}
MFA_FORMS = {"add_webauthn": "accounts.login_forms.PasskeyForm"}
MFA_ADAPTER = "accounts.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RATE_LIMITS = {"webauthn_login": ""}
MFA_TOTP_ISSUER = "PBX Messaging"
MFA_TOTP_TOLERANCE = 1  # of 30 s each, for clocks that go wrong

# --- Transport security ---------------------------------------------------------------------------
HTTPS = PUBLIC_URL.startswith("https://") and env.bool("HTTPS_ONLY", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = env("SESSION_COOKIE_NAME", default="pbx_session")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
TRUST_PROXY_HEADERS = env.bool("TRUST_PROXY_HEADERS", default=False)
if TRUST_PROXY_HEADERS:  # only behind a proxy that sets the headers itself
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Language, time, files ------------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = True
FORMAT_MODULE_PATH = ["pbx_messaging.formats"]
USE_TZ = True
TIME_ZONE = env("TIME_ZONE", default="UTC")
DEFAULT_REGION = env("DEFAULT_REGION", default="US")  # of phone numbers entered without a country code
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(DATA_DIR / "static")))  # an image has its own
STATICFILES_DIRS = [BASE_DIR / "static", ("assets", BASE_DIR / "build" / "assets")]  # `make assets`
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {
        "BACKEND": env("MEDIA_STORAGE", default="django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json("MEDIA_STORAGE_OPTIONS", default={}),
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False
# Named by their content, by Django or by esbuild, and so kept for ever.
WHITENOISE_IMMUTABLE_FILE_TEST = r"(\.[0-9a-f]{12}|-[0-9A-Z]{8})\.\w+$"

# --- What is told elsewhere -------------------------------------------------------------------------
SENTRY_DSN = env("SENTRY_DSN", default="")  # where errors are reported, without what they are about
SENTRY_ENVIRONMENT = env("SENTRY_ENVIRONMENT", default="production")
OTLP_URL = env("OTLP_URL", default="").rstrip("/")  # of a collector that takes traces
TRACES_SHARE = env.float("TRACES_SHARE", default=1.0)  # of requests that are traced, 0 to 1

# --- E-mail and logs ------------------------------------------------------------------------------
EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
if EMAIL_CONFIG["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_BACKEND = "pbx_messaging.outside.mail.EmailBackend"
EMAIL_TOTAL_S = env.float("EMAIL_TOTAL_S", default=30.0)  # of one e-mail, from the connection to its end
EMAIL_IS_SET = not EMAIL_CONFIG["EMAIL_BACKEND"].endswith("console.EmailBackend")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="pbx-messaging@localhost")
LOG_JSON = env.bool("LOG_JSON", default=False)  # for what collects lines
ACCESS_LOG = env.bool("ACCESS_LOG", default=True)  # a line for each request
LOG_LEVEL = env("LOG_LEVEL", default="INFO")
required.check_more(
    time_zone=TIME_ZONE,
    log_level=LOG_LEVEL,
    tokens={"HEALTH_TOKEN": HEALTH_TOKEN, "METRICS_TOKEN": METRICS_TOKEN},
    backup_key=BACKUP_KEY,
)
LOGGING = logs.config(LOG_LEVEL, as_json=LOG_JSON)
