# One image for every process of ours; deploy/entrypoint.sh picks which.
# Every process, PostgreSQL and Redis included, runs as the account number 999, so
# that one owner of the secrets is enough.
FROM python:3.11-slim-bookworm AS application
RUN useradd --system --uid 999 --create-home --home-dir /var/lib/vms vms \
    && apt-get update \
    && apt-get install -y --no-install-recommends \
        fontconfig fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 \
        libpangoft2-1.0-0 postgresql-client \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/vms
COPY deploy/requirements.lock deploy/requirements.lock
RUN pip install --no-cache-dir --no-deps --require-hashes -r deploy/requirements.lock
# By name: what else lies in the checkout stays out of the image.
COPY manage.py ./
COPY deploy/entrypoint.sh deploy/
COPY vms_portal vms_portal
COPY tenants tenants
COPY contracts contracts
COPY numbers numbers
COPY routing routing
COPY traffic traffic
COPY billing billing
COPY demo demo
COPY templates templates
COPY static static
COPY locale locale
RUN python manage.py collectstatic --noinput
ENV VMS_VAR=/var/lib/vms PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER vms
ENTRYPOINT ["deploy/entrypoint.sh"]

# The connection pool. Debian's package, so that it is patched with the rest.
FROM debian:bookworm-slim AS pgbouncer
RUN useradd --system --uid 999 pool \
    && apt-get update \
    && apt-get install -y --no-install-recommends pgbouncer \
    && rm -rf /var/lib/apt/lists/*
COPY deploy/pgbouncer.sh /usr/local/bin/
USER pool
ENTRYPOINT ["pgbouncer.sh"]
