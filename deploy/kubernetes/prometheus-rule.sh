#!/bin/sh
# Prints the alerts as Prometheus' operator takes them:
#   deploy/kubernetes/prometheus-rule.sh | kubectl apply -f -
set -eu
cat <<'END'
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: printlink
  namespace: printlink
  labels: {app.kubernetes.io/name: printlink}
spec:
END
sed 's/^/  /' "$(dirname "$0")/../prometheus/alerts.yml"
