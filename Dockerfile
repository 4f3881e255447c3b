# The image of all our processes (`python -m pbx_messaging`); docker-compose.yml says which one a container is.

FROM node:24-slim AS assets
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund --ignore-scripts
# What names the classes and icons that are built; see frontend/building/sources.js.
COPY . .
RUN node frontend/build.js

FROM python:3.11-slim-bookworm AS packages
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=pbx_messaging.settings \
    DATA_DIR=/data \
    STATIC_ROOT=/app/build/static
RUN groupadd --gid 10001 pbx \
    && useradd --uid 10001 --gid pbx --home-dir /app --no-create-home pbx \
    && install -d -o pbx -g pbx /data
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
COPY --from=assets /src/build/assets build/assets
# The values are of no worth: collectstatic uses none of them, but settings without secrets do not load.
RUN SECRET_KEY=build CREDENTIALS_KEYS=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= \
    PUBLIC_URL=https://build.invalid REDIS_URL=redis://build.invalid \
    python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q .
USER pbx
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "pbx_messaging", "web"]
