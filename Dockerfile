# The image of all our processes (`python -m pbx_messaging`); docker-compose.yml says which one a container is.
# A build that must be the same for ever names bases by digest: --build-arg PYTHON_IMAGE=python@sha256:...
ARG NODE_IMAGE=node:24.19.0-bookworm-slim
ARG PYTHON_IMAGE=python:3.11.15-slim-bookworm

FROM ${NODE_IMAGE} AS assets
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund --ignore-scripts
# What names the classes and icons that are built; see frontend/building/sources.js.
COPY . .
RUN node frontend/build.js

# Not what requirements-embedded.txt names: the servers of a machine of its own have no place in an image.
FROM ${PYTHON_IMAGE} AS packages
WORKDIR /src
RUN python -m venv /venv
COPY requirements.txt requirements-observe.txt ./
# OBSERVE=yes adds what traces and error reports need.
ARG OBSERVE=
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt \
    ${OBSERVE:+-r requirements-observe.txt}

FROM ${PYTHON_IMAGE}
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=pbx_messaging.settings \
    DATA_DIR=/data \
    STATIC_ROOT=/app/build/static
# For backups: pg_dump and pg_restore of the server's version, from PostgreSQL's own packages.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 pbx \
    && useradd --uid 10001 --gid pbx --home-dir /app --no-create-home pbx \
    && install -d -o pbx -g pbx /data /backups
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
COPY --from=assets /src/build/assets build/assets
# The values are of no worth: collectstatic uses none of them, but settings without secrets do not load.
RUN SECRET_KEY=build CREDENTIALS_KEYS=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= \
    PUBLIC_URL=https://build.invalid REDIS_URL=redis://build.invalid \
    python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q .
# Nothing is written but to /data and /backups, and to /tmp for files that are being made: the root may be read-only.
USER 10001:10001
VOLUME /data /backups
EXPOSE 8000
# Whichever process runs in the container is asked in its own way.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --start-interval=2s --retries=3 \
    CMD ["python", "-m", "pbx_messaging.processes.healthy"]
CMD ["python", "-m", "pbx_messaging", "web"]
