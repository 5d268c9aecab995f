# One image for every process of ours; deploy/entrypoint.sh picks which.
FROM python:3.11-slim-bookworm AS application
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fontconfig fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 \
        libpangoft2-1.0-0 postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /var/lib/vms vms
WORKDIR /srv/vms
COPY deploy/requirements.lock deploy/requirements.lock
RUN pip install --no-cache-dir --no-deps --require-hashes -r deploy/requirements.lock
COPY . .
RUN python manage.py collectstatic --noinput
ENV VMS_VAR=/var/lib/vms PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER vms
ENTRYPOINT ["deploy/entrypoint.sh"]

# The connection pool. Debian's package, so that it is patched with the rest.
FROM debian:bookworm-slim AS pgbouncer
RUN apt-get update \
    && apt-get install -y --no-install-recommends pgbouncer \
    && rm -rf /var/lib/apt/lists/*
COPY deploy/pgbouncer.sh /usr/local/bin/
USER postgres
ENTRYPOINT ["pgbouncer.sh"]
