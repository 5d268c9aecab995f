#!/bin/sh
# Starts one process of the image: provision, migrate, portal, backoffice, worker,
# routing or beat; "check NAME" asks a running one whether it is well, "manage ..." runs a
# management command with the rights of the container's role.
#
# Secrets come as NAME_FILE=path (Docker secrets) or as NAME=value. Each process
# is given the password of its own database role and of no other.
set -eu
cd -- "$(dirname -- "$0")/.."

for name in SECRET_KEY_PORTAL SECRET_KEY_BACKOFFICE SECRET_KEY_PORTAL_FALLBACKS \
    SECRET_KEY_BACKOFFICE_FALLBACKS VMS_RESET_KEY_PORTAL VMS_RESET_KEY_BACKOFFICE \
    VMS_MFA_KEY REDIS_PASSWORD DATABASE_URL VMS_ADMIN_PASSWORD VMS_EMAIL_PASSWORD \
    VMS_PASSWORD_APP VMS_PASSWORD_STAFF VMS_PASSWORD_WORKER VMS_PASSWORD_OWNER; do
    eval "file=\${${name}_FILE:-}"
    if [ -n "$file" ]; then
        value=$(cat "$file")
        export "$name=$value"
    fi
done

role_url() { # role, password
    echo "postgres://$1:$2@${VMS_DATABASE_HOST}/${VMS_DATABASE_NAME:-vms}"
}

if [ -n "${VMS_DATABASE_HOST:-}" ]; then
    [ -z "${VMS_PASSWORD_APP:-}" ] || export DATABASE_URL_APP="$(role_url vms_app "$VMS_PASSWORD_APP")"
    [ -z "${VMS_PASSWORD_STAFF:-}" ] || export DATABASE_URL_STAFF="$(role_url vms_staff "$VMS_PASSWORD_STAFF")"
    [ -z "${VMS_PASSWORD_WORKER:-}" ] || export DATABASE_URL_WORKER="$(role_url vms_worker "$VMS_PASSWORD_WORKER")"
    [ -z "${VMS_PASSWORD_OWNER:-}" ] || export DATABASE_URL_OWNER="$(role_url vms_owner "$VMS_PASSWORD_OWNER")"
    [ -z "${VMS_ADMIN_PASSWORD:-}" ] || export DATABASE_URL="postgres://vms_admin:$VMS_ADMIN_PASSWORD@$VMS_DATABASE_HOST/postgres"
fi
if [ -n "${REDIS_PASSWORD:-}" ]; then
    export REDIS_URL="redis://${VMS_REDIS_USER:-}:$REDIS_PASSWORD@${VMS_REDIS_HOST:-redis:6379}/0"
fi

web() {
    # Workers of one process add up their figures here.
    PROMETHEUS_MULTIPROC_DIR=$(mktemp -d)
    export PROMETHEUS_MULTIPROC_DIR VMS_PROCESS="$1"
    exec python -m gunicorn vms_portal.wsgi --bind "${VMS_BIND:-0.0.0.0}:${PORT:-8000}" \
        --worker-class vms_portal.kernel.web.serving.Worker --backlog 128 --workers "${VMS_WEB_WORKERS:-2}" --threads 4 \
        --forwarder-headers "" --forwarded-allow-ips "" --no-control-socket \
        --max-requests 5000 --max-requests-jitter 500 --preload
}

celery() { # process, command and its options
    export VMS_PROCESS="$1"
    shift
    exec python -m celery -A vms_portal "$@"
}

worker() { # queues, concurrency
    # Nobody reads what workers tell each other; told to stop while a heartbeat is
    # due, one would wait for a queue that is gone for ever.
    celery worker worker --loglevel INFO --queues "$1" --concurrency "$2" \
        --without-gossip --without-mingle --without-heartbeat
}

case "${1:-}" in
    provision) exec python -I vms_portal/devstack/__main__.py provision ;;
    migrate) VMS_PROCESS=owner exec python manage.py migrate --noinput ;;
    portal | backoffice) web "$1" ;;
    worker) worker backoffice,beat,celery,documents,portal "${VMS_WORKERS:-2}" ;;
    routing) worker routing 2 ;;
    beat) celery beat beat --loglevel INFO --pidfile= --schedule "${TMPDIR:-/tmp}/beat-schedule" ;;
    manage) shift && exec python manage.py "$@" ;;
    check)
        if [ "$2" = worker ] || [ "$2" = routing ]; then
            celery worker inspect ping --timeout 5 --destination "celery@$(hostname)"
        fi
        exec python -I -c "import urllib.request
urllib.request.urlopen('http://127.0.0.1:${PORT:-8000}/readyz', timeout=5)"
        ;;
    *)
        echo "usage: provision | migrate | portal | backoffice | worker | routing | beat | check NAME | manage ..." >&2
        exit 2
        ;;
esac
