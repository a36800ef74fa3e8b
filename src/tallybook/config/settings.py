"""Django's settings, derived from the installation's (see `tallybook.config.installation`)."""

from typing import Any

from csp.constants import NONCE, NONE, SELF

from tallybook.config import installation as _installation
from tallybook.database.addresses import connection_settings

INSTALLATION = _installation.load()


def _databases() -> dict[str, dict[str, Any]]:
    """The runtime role is `default`; `owner` owns the schema and is there only for migrations."""
    # Commands start the embedded PostgreSQL before Django and put its addresses here; without either, nothing connects.
    placeholder = "postgresql://tallybook@/tallybook?host=/nonexistent"
    runtime, owner = INSTALLATION.database_url, INSTALLATION.owner_database_url
    return {
        "default": connection_settings(
            runtime.get_secret_value() if runtime else placeholder, variable="TALLYBOOK_DATABASE_URL"
        ),
        "owner": connection_settings(
            owner.get_secret_value() if owner else placeholder, variable="TALLYBOOK_OWNER_DATABASE_URL"
        ),
    }


DATABASES = _databases()
SECRET_KEY = (
    INSTALLATION.secret_key.get_secret_value()
    if INSTALLATION.secret_key
    else _installation.generated_secret(INSTALLATION.home, "secret-key", "TALLYBOOK_SECRET_KEY")
)
DEBUG = False
ALLOWED_HOSTS = [INSTALLATION.public_host, "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [INSTALLATION.public_url]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "tallybook.audit",
    "tallybook.subscriptions",
    "tallybook.usage",
    "tallybook.metering",
    "tallybook.billing",
    "tallybook.links",
    "tallybook.console",
]
MIDDLEWARE = [
    # What gives all answers their headers comes first. Of what answers by itself, programs need no more than those, and static
    # files get what pages get.
    "tallybook.web.headers.ResponseHeaders",
    "tallybook.web.programs.ForPrograms",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "tallybook.web.compressing.CompressedPages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tallybook.console.signed_in.SignedIn",
    "tallybook.console.upload_limit.UploadLimit",
    "tallybook.console.seeing.SeenBrowsers",
    "allauth.account.middleware.AccountMiddleware",
    "tallybook.console.step_up.StepUp",
    "tallybook.web.errors.ErrorPages",
]
ROOT_URLCONF = "tallybook.config.urls"
WSGI_APPLICATION = "tallybook.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "csp.context_processors.nonce",
                "tallybook.console.navigation.navigation",
            ],
        },
    },
]

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in. Allauth counts failed attempts in the cache, which therefore has to be shared by all processes.
AUTH_USER_MODEL = "subscriptions.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "tallybook.subscriptions.passwords.LongEnough"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "tallybook.subscriptions.passwords.NotEasilyGuessed"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_ADAPTER = "tallybook.console.sign_in.Adapter"
ACCOUNT_FORMS = {"login": "tallybook.console.sign_in.SignInForm"}
# How many attempts there may be, for each address, account ("key") or person who is signed in. A limit for an account alone
# would let a stranger lock somebody out: where too many failed for one account, each address goes on, slowly (see
# `tallybook.console.sign_in`). Codes are asked for only after the right password.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip",
    "account_failed": "100/h/key",
    "account_under_attack": "2/m/ip",
    "code_failed": "10/15m/key",
    "proof_failed": "10/15m/user",
    "invitation": "30/m/ip",
}
MFA_ADAPTER = "tallybook.subscriptions.totp.Adapter"
MFA_FORMS = {"authenticate": "tallybook.console.sign_in.CodeForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Tallybook"
MFA_RECOVERY_CODE_DIGITS = 10
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "console:home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # Above it a third of all counts is forgotten; at Django's 300 a stranger with some addresses could see to that.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Cookies and headers. Browsers keep __Host- cookies only over https or on loopback, and no other public address is allowed.
SESSION_ENGINE = "tallybook.subscriptions.sessions"
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tallybook.web.errors.form_expired"
# A form may name every customer of a large subscription.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50_000
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask": {"()": "tallybook.web.masking.MaskSecrets"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["mask"]},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Requests for other hosts are answered with 400; whoever sends them should not fill the log with tracebacks.
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
        # Each refused call would be a line; links have a log of their own.
        "django.request": {"level": "ERROR"},
        # What it warns of, such as a COPY that cannot be ended on a lost connection, comes beside the error itself.
        "psycopg": {"level": "ERROR"},
    },
}
