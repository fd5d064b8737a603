# syntax=docker/dockerfile:1

FROM python:3.13.11-slim-trixie AS build
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /usr/local/bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /app
# The dependencies change less often than the code: they get a layer of their own.
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-dev --extra litert \
    --no-install-project
COPY . .
# TensorFlow brings headers to compile against, and a parser for C: a sixth of the image.
RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-dev --extra litert \
    --no-editable \
    && rm -r .venv/lib/python3.*/site-packages/tensorflow/include \
        .venv/lib/python3.*/site-packages/clang

FROM python:3.13.11-slim-trixie
# A release of Debian keeps only the last version of a package: none can be named here.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tesseract-ocr tesseract-ocr-eng \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin printlink
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH \
    OMP_THREAD_LIMIT=1 \
    PRINTLINK_SERVER__HOST=0.0.0.0
USER 10001
WORKDIR /tmp
EXPOSE 8000
# Alive, not ready: a container that is still loading its model must not be killed for it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["printlink", "serve"]
