"""Log lines as JSON, each with the id of the request it belongs to.

The id goes from the browser's request through Celery to the lines of the tasks
it queued. JSON escapes line breaks, so no input can forge a line.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from celery.signals import (
    before_task_publish,
    setup_logging,
    task_postrun,
    task_prerun,
)
from django.http import HttpRequest, HttpResponse

REQUEST_ID = "request_id"
HEADER = "X-Request-ID"
# Arguments of addresses that open something by themselves.
SECRET_ARGUMENTS = {"secret", "key"}
# The same addresses wherever they stand in a line, whether a view was found or not:
# a path without its last stroke, a message of Django's, the words of an exception.
# deploy/nginx.conf.template knows them as well.
_SLASH = "(?:/|%(?:25)*2f)"
# Up to the next stroke or the end, as nginx reads it: a broken link may hold anything.
_PART = "(?:(?!%(?:25)*2f)[^/])+"
_SECRETS = [
    (re.compile(rf"(?i)({_SLASH}invitations{_SLASH}+){_PART}"), r"\1<secret>"),
    (
        re.compile(
            rf"(?i)({_SLASH}password{_SLASH}+reset{_SLASH}+key{_SLASH}+"
            rf"(?:(?!%(?:25)*2f)[^/-])*-)(?!set-password(?![\w-])){_PART}"
            rf"(?:{_SLASH}+[^/\s\"'<?]+)*"
        ),
        r"\1<key>",
    ),
    (re.compile(r"('(?:secret|key)': )'[^']*'"), r"\1'<hidden>'"),
    # By their own shape, where a link was broken or put together wrongly.
    (re.compile(r"((?:join|vms)_)[A-Za-z0-9_-]{30,}"), r"\1<secret>"),
    (
        re.compile(
            r"(?i)(?:(?<![0-9a-z])|(?<=%[0-9a-f]{2})|(?<=%25[0-9a-f]{2}))"
            r"[0-9a-z]{6}-[0-9a-f]{32}(?![0-9a-z])"
        ),
        "<key>",
    ),
    # Cookies, which are in no line of ours but in what others quote.
    (
        re.compile(
            r"(?i)(vms_[a-z]{1,16}_(?:session|csrf|messages)['\"]?[=:]\s*)[^;,\s]+"
        ),
        r"\1<secret>",
    ),
    # Of a person's password, as Django keeps it.
    (re.compile(r"\b((?:pbkdf2|argon2|scrypt|bcrypt)\w*\$)[^\s'\",)]+"), r"\1<hash>"),
]
# An id from outside is taken over only when it can do no harm in a log.
_ACCEPTABLE = re.compile(r"[A-Za-z0-9-]{8,64}")


def hide_secrets(text: str) -> str:
    """The text without what opens an invitation or resets a password."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def holds_secret(request: HttpRequest) -> bool:
    """Whether the address, its query with it, opens something by itself."""
    return any(hide_secrets(at) != at for at in (request.path, request.get_full_path()))


def _hide_everywhere(logger: Any, name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Hide secrets in every text of a line, whoever wrote it."""
    return {k: hide_secrets(v) if isinstance(v, str) else v for k, v in line.items()}


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    _hide_everywhere,
]
_JSON: dict[str, Any] = {
    "foreign_pre_chain": _SHARED,
    "processors": [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.EventRenamer("message"),
        structlog.processors.JSONRenderer(ensure_ascii=True),
    ],
}
_QUIET = ("/healthz", "/readyz", "/metrics")
log = structlog.get_logger("vms.request")


def logging_settings(level: str = "INFO") -> dict[str, Any]:
    """The LOGGING setting: everything to standard error, one JSON object a line."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                **_JSON,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django would add a second, plain handler of its own.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # Said once already, by the line of the request.
            "django.request": {"level": "ERROR"},
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
        },
    }


def json_formatter() -> logging.Formatter:
    """The same for who logs before, or beside, the LOGGING setting."""
    return structlog.stdlib.ProcessorFormatter(**_JSON)


class RequestLogMiddleware:
    """Give each request an id and write one line when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex
        began = time.monotonic()
        with structlog.contextvars.bound_contextvars(**{REQUEST_ID: request_id}):
            response = self.get_response(request)
            response[HEADER] = request_id
            if request.path_info not in _QUIET:
                _write_line(request, response, time.monotonic() - began)
        return response


def _write_line(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    match = request.resolver_match
    level = logging.WARNING if response.status_code >= 500 else logging.INFO
    log.log(
        level,
        "request",
        method=request.method,
        path=_loggable_path(request),
        view=match.view_name if match else None,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
    )


def _loggable_path(request: HttpRequest) -> str:
    """The path, without the secret of an invitation or of a password reset."""
    path, match = request.path_info, request.resolver_match
    arguments = match.kwargs if match else {}
    for name in SECRET_ARGUMENTS.intersection(arguments):
        path = path.replace(str(arguments[name]), f"<{name}>")
    return hide_secrets(path)


@setup_logging.connect
def _keep_our_logging(**kwargs: Any) -> None:
    """Celery leaves logging alone as soon as somebody listens here."""


@before_task_publish.connect
def _send_request_id(headers: dict[str, Any], **kwargs: Any) -> None:
    bound = structlog.contextvars.get_contextvars()
    if REQUEST_ID in bound:
        headers[REQUEST_ID] = bound[REQUEST_ID]


@task_prerun.connect
def _take_request_id(task: Any, task_id: str, **kwargs: Any) -> None:
    structlog.contextvars.clear_contextvars()
    sent = task.request.get(REQUEST_ID) or (task.request.headers or {}).get(REQUEST_ID)
    structlog.contextvars.bind_contextvars(
        **{REQUEST_ID: sent or task_id}, task=task.name, task_id=task_id
    )


@task_postrun.connect
def _forget_request_id(**kwargs: Any) -> None:
    structlog.contextvars.clear_contextvars()
