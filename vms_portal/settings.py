"""Settings of every process. ``VMS_PROCESS`` picks role, URLs and cookie names.

Variables and their meaning: docs/operations.md.
"""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from vms_portal import (
    api_settings,
    environment,
    installed,
    queues,
    server_addresses,
)
from vms_portal.kernel.running.logs import logging_settings
from vms_portal.operator import load_operator
from vms_portal.schedule import DEMO_SCHEDULE, SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VMS_VAR") or BASE_DIR / "var")
# What bin/run wrote, for commands typed beside it. Where VMS_VAR is given, so is all
# the rest: there it may be a volume in which one process could set up another.
if not os.environ.get("VMS_VAR"):
    environment.load_file(BASE_DIR / "var" / "secrets" / "environment")

# --- Process ----------------------------------------------------------------
DATABASE_URL_NAMES = {
    "portal": "DATABASE_URL_APP",
    "backoffice": "DATABASE_URL_STAFF",
    "network": "DATABASE_URL_NETWORK",
    "worker": "DATABASE_URL_WORKER",
    "owner": "DATABASE_URL_OWNER",
    # It reads the clock and queues.
    "beat": "",
}
PROCESS = environment.one_of("VMS_PROCESS", "portal", DATABASE_URL_NAMES)
DEMO = environment.flag("VMS_DEMO")
DEBUG = environment.flag("VMS_DEBUG")
# A key per process: what one signs is nothing to another. Empty raises as soon as
# something signs with it; commands that need none run.
SECRET_KEY = os.environ.get(f"SECRET_KEY_{PROCESS.upper()}", "")
SECRET_KEY_FALLBACKS = environment.words(f"SECRET_KEY_{PROCESS.upper()}_FALLBACKS")
# Sign the links to choose a password: one side's each, and the worker has both.
RESET_KEYS = {
    audience: os.environ.get(f"VMS_RESET_KEY_{audience.upper()}", "")
    for audience in ("portal", "backoffice")
}
MFA_KEY = environment.fernet_key("VMS_MFA_KEY")
DEMO_KEY = os.environ.get("VMS_DEMO_KEY", "")
LANGUAGES = [
    ("fr", _("French")),
    ("nl", _("Dutch")),
    ("de", _("German")),
    ("en", _("English")),
]
OPERATOR = load_operator(os.environ.get("VMS_OPERATOR", ""), dict(LANGUAGES))

ALLOWED_HOSTS = environment.hosts("VMS_HOSTS", "localhost,127.0.0.1")
PORTAL_URL = environment.origin("VMS_PORTAL_URL", "http://localhost:8000")
BACKOFFICE_URL = environment.origin("VMS_BACKOFFICE_URL", "http://localhost:8001")
ROOT_URLCONF = {
    "backoffice": "vms_portal.urls.backoffice",
    "network": "vms_portal.urls.network",
}.get(PROCESS, "vms_portal.urls.portal")
WSGI_APPLICATION = "vms_portal.wsgi.application"

# --- Applications -----------------------------------------------------------
INSTALLED_APPS = installed.APPS
MIDDLEWARE = installed.MIDDLEWARE
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["vms_portal.kernel.templatetags.forms"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "vms_portal.kernel.web.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data -------------------------------------------------------------------
DATABASES = {"default": server_addresses.database(DATABASE_URL_NAMES[PROCESS])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A user of its own for each process, where there are some.
REDIS_URL_NAMES = {
    "portal": "REDIS_URL_PORTAL",
    "backoffice": "REDIS_URL_BACKOFFICE",
    "network": "REDIS_URL_NETWORK",
    "worker": "REDIS_URL_WORKER",
    "beat": "REDIS_URL_BEAT",
}
# Seconds: one that takes connections and answers nothing counts as away (ADR 0024).
REDIS_TIMEOUTS = {"socket_connect_timeout": 2, "socket_timeout": 2}
REDIS_URL = server_addresses.redis_url(REDIS_URL_NAMES.get(PROCESS, ""), "REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "vms_portal.kernel.running.redis_client.Cache",
        "LOCATION": REDIS_URL,
        # Its own for each process, as deploy/redis.acl gives it out.
        "KEY_PREFIX": f"vms-{PROCESS}",
        "OPTIONS": {
            "serializer": "vms_portal.kernel.running.json_cache.JsonSerializer",
            **REDIS_TIMEOUTS,
        },
    }
}
MEDIA_ROOT = VAR_DIR / "files"
STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("VMS_STATIC_ROOT") or BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "vms_portal.kernel.web.static_files.Finder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {
        "BACKEND": "vms_portal.kernel.data.storage.DurableStorage",
        # Invoices and imported lists, for no other account of the machine.
        "OPTIONS": {
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Work in the background -------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT = "vms_portal.kernel.work.broker:Transport"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the longest task, so no task is handed out twice while it runs.
    "visibility_timeout": 3600,
    **REDIS_TIMEOUTS,
}
# A person waits for the publish: without Redis it is given up at once, and what
# looks for lost work finds it later.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_TASK_QUEUES = queues.QUEUES
CELERY_TASK_DEFAULT_QUEUE = queues.own_queue(PROCESS)
CELERY_TASK_ROUTES = queues.ROUTES
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = SCHEDULE | (DEMO_SCHEDULE if DEMO else {})
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# --- People -----------------------------------------------------------------
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["tenants.sign_in.backends.SignInBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tenants.sign_in.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "reset_password": "tenants.forms.account.ResetPasswordForm",
    "reset_password_from_key": "tenants.forms.account.ResetPasswordKeyForm",
    "change_password": "tenants.forms.account.ChangePasswordForm",
    "set_password": "tenants.forms.account.SetPasswordForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "tenants.services.reset_tokens.ResetTokens"
PASSWORD_RESET_TIMEOUT = 60 * 60
USERSESSIONS_ADAPTER = "tenants.sign_in.adapters.SessionsAdapter"
MFA_ADAPTER = "tenants.sign_in.adapters.MfaAdapter"
MFA_FORMS = {
    "authenticate": "tenants.forms.codes.SignInForm",
    "reauthenticate": "tenants.forms.codes.AskAgainForm",
    "activate_totp": "tenants.forms.codes.SetUpForm",
    "add_webauthn": "tenants.forms.keys.AddKeyForm",
    "edit_webauthn": "tenants.forms.keys.EditKeyForm",
    "login_webauthn": "tenants.forms.keys.SignInKeyForm",
    "authenticate_webauthn": "tenants.forms.keys.SecondStepKeyForm",
    "reauthenticate_webauthn": "tenants.forms.keys.AskAgainKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = OPERATOR.portal_name
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Browsers allow passkeys without TLS on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO

SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_ENGINE = "tenants.sign_in.sessions"
# Portal and back office share a host in the demo; their cookies never meet.
# Under TLS a browser takes a __Host- cookie from this very host only.
IS_HTTPS = environment.flag("VMS_HTTPS")
COOKIE_PREFIX = f"{'__Host-' if IS_HTTPS else ''}vms_{PROCESS}"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}_session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}_csrf"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}_language"
MESSAGES_COOKIE_NAME = f"{COOKIE_PREFIX}_messages"
MESSAGE_STORAGE = "vms_portal.kernel.web.message_cookie.Storage"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
# None: it ends with the browser, like the session.
CSRF_COOKIE_AGE = None
SESSION_COOKIE_AGE = SESSION_LONGEST_SECONDS = 12 * 60 * 60
SESSION_IDLE_SECONDS = (30 if PROCESS == "backoffice" else 120) * 60

# --- Mail -------------------------------------------------------------------
# Links in mails open accounts: none is ever written into a log for want of a server.
EMAIL_BACKEND = environment.class_path(
    "VMS_EMAIL_BACKEND",
    "demo.mailbox.DemoEmailBackend"
    if DEMO
    else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_HOST = environment.host("VMS_EMAIL_HOST")
EMAIL_PORT = environment.number("VMS_EMAIL_PORT", 25, least=1, most=65_535)
EMAIL_HOST_USER = os.environ.get("VMS_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("VMS_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("VMS_EMAIL_TLS")
# A mail server that hangs must not hold a page for ever.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = OPERATOR.sender

# --- Logs and figures -------------------------------------------------------
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = logging_settings(environment.one_of("VMS_LOG_LEVEL", "INFO", LOG_LEVELS))
METRICS_NETWORKS = environment.networks("VMS_METRICS_NETWORKS", "127.0.0.0/8,::1/128")
PROMETHEUS_EXPORT_MIGRATIONS = False

# --- Language and time ------------------------------------------------------
LANGUAGE_CODE = environment.one_of("VMS_LANGUAGE", "en", dict(LANGUAGES))
FORMAT_MODULE_PATH = ["vms_portal.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Brussels"
USE_TZ = True

# --- Web --------------------------------------------------------------------
# Where staff may send more than 2 MB; deploy/nginx.conf.template names them too.
UPLOAD_VIEWS = {"admin:numbers_geographicnumber_import"}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many proxies of ours stand before the process; the limits on sign-ins count
# by the address the last of them saw.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("VMS_TRUSTED_PROXIES", 0)
CSRF_TRUSTED_ORIGINS = environment.origins("VMS_TRUSTED_ORIGINS")
CSRF_FAILURE_VIEW = "vms_portal.kernel.web.errors.csrf_failure"
if IS_HTTPS:
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- API --------------------------------------------------------------------
REST_FRAMEWORK = api_settings.rest_framework(
    rate=environment.rate("VMS_API_RATE", "600/min"),
    proxies=ALLAUTH_TRUSTED_PROXY_COUNT,
)
SPECTACULAR_SETTINGS = api_settings.DESCRIPTION
