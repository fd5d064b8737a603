"""What deploys the service, held against the code: names agree, alerts do what they say."""

import json
import re
import shutil
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import yaml

from bench.dashboards import name_families, read_queries
from bench.dockerfile import read_stages
from bench.rule_tests import name_fired
from service.metrics import Metrics
from service.settings import Settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
IMAGE = f"printlink:{VERSION}"


def read_yaml(path: Path) -> dict:
    return yaml.safe_load(path.read_text())


def read_manifest(name: str) -> dict:
    return read_yaml(DEPLOY / "kubernetes" / f"{name}.yaml")


def read_container() -> dict:
    (container,) = read_manifest("deployment")["spec"]["template"]["spec"]["containers"]
    return container


def read_compose() -> dict:
    return read_yaml(ROOT / "docker-compose.yml")


def list_rules() -> list[dict]:
    groups = read_yaml(DEPLOY / "prometheus" / "alerts.yml")["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture(scope="module")
def families() -> set[str]:
    return {family.name for family in Metrics().registry.collect()}


@pytest.mark.parametrize("rule", list_rules(), ids=lambda rule: rule["alert"])
def test_alerts_ask_for_metrics_that_exist(rule, families):
    assert name_families(rule["expr"]) <= families
    assert rule["annotations"].keys() == {"summary", "action"}


def test_every_alert_is_seen_to_fire():
    assert name_fired() == {rule["alert"] for rule in list_rules()}


def test_alerts_do_what_they_say():
    if shutil.which("promtool") is None:
        pytest.skip("promtool is missing; Debian has it in the package prometheus")
    folder = DEPLOY / "prometheus"
    for command in (
        ["check", "config", folder / "prometheus.yml"],
        ["test", "rules", folder / "alerts_test.yml"],
    ):
        ran = subprocess.run(["promtool", *command], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("query", list(read_queries()), ids=lambda query: query.title)
def test_dashboard_asks_for_metrics_that_exist(query, families):
    # Those of the process come from Linux' /proc.
    own = {name for name in name_families(query.expression) if name.startswith("printlink_")}
    assert own <= families
    assert "$" not in query.expression


def test_dashboard_has_the_data_source_that_grafana_gets():
    folder = DEPLOY / "grafana"
    (source,) = read_yaml(folder / "provisioning/datasources/prometheus.yml")["datasources"]
    board = json.loads((folder / "dashboards" / "printlink.json").read_text())
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    assert {panel["datasource"]["uid"] for panel in panels} == {source["uid"]}
    assert source["url"] == "http://prometheus:9090"


def test_panels_of_the_dashboard_neither_overlap_nor_share_an_id():
    panels = json.loads((DEPLOY / "grafana/dashboards/printlink.json").read_text())["panels"]
    cells = Counter(
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    )
    assert max(cells.values()) == 1
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_compose_mounts_what_is_there():
    services = read_compose()["services"]
    mounts = [mount.split(":") for one in services.values() for mount in one.get("volumes", ())]
    folders = {source: target for source, target, *_ in mounts if source.startswith("./")}
    assert all((ROOT / source).is_dir() for source in folders)
    (provider,) = read_yaml(DEPLOY / "grafana/provisioning/dashboards/printlink.yml")["providers"]
    assert provider["options"]["path"] == folders["./deploy/grafana/dashboards"]


def test_compose_declares_the_volumes_that_it_names():
    compose = read_compose()
    mounts = [m for one in compose["services"].values() for m in one.get("volumes", ())]
    named = {mount.split(":")[0] for mount in mounts if not mount.startswith("./")}
    assert named == compose["volumes"].keys()


def test_compose_opens_ports_to_this_machine_only():
    ports = [port for one in read_compose()["services"].values() for port in one["ports"]]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_prometheus_scrapes_the_service_of_the_compose_file():
    (job,) = read_yaml(DEPLOY / "prometheus" / "prometheus.yml")["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["printlink:8000"]}]
    assert "printlink" in read_compose()["services"]


def test_images_agree_and_are_pinned():
    images = {one["image"] for one in read_compose()["services"].values()}
    assert IMAGE in images
    assert read_container()["image"] == IMAGE
    images |= set(
        re.findall(r"(?:^FROM |--from=)(\S+:\S+)", (ROOT / "Dockerfile").read_text(), re.M)
    )
    assert len(images) == 5
    assert all(re.search(r":v?\d+\.\d+", image) for image in images)


def test_environments_set_what_exists():
    known = {
        f"PRINTLINK_{group}__{name}".upper()
        for group, holder in Settings.model_fields.items()
        for name in holder.annotation.model_fields
    }
    used = {variable["name"] for variable in read_container()["env"]}
    used |= read_compose()["services"]["printlink"]["environment"].keys()
    used |= set(re.findall(r"PRINTLINK_\w+", (ROOT / "Dockerfile").read_text()))
    assert used <= known


def test_kustomization_names_every_manifest():
    named = set(read_manifest("kustomization")["resources"])
    assert named == {path.name for path in MANIFESTS} - {"kustomization.yaml"}


def test_manifests_select_the_pods_of_the_deployment():
    labels = read_manifest("deployment")["spec"]["template"]["metadata"]["labels"]
    assert read_manifest("service")["spec"]["selector"] == labels
    assert read_manifest("disruption-budget")["spec"]["selector"]["matchLabels"] == labels
    assert read_manifest("network-policy")["spec"]["podSelector"]["matchLabels"] == labels
    service = read_manifest("service")["metadata"]["labels"]
    assert read_manifest("service-monitor")["spec"]["selector"]["matchLabels"] == service


def test_everybody_knocks_at_the_port_that_the_service_opens():
    last = read_stages((ROOT / "Dockerfile").read_text())[-1]
    port = Settings().server.port
    assert last.find("EXPOSE").rest == str(port)
    assert f"127.0.0.1:{port}/healthz" in last.find("HEALTHCHECK").rest
    (opened,) = read_container()["ports"]
    assert opened == {"name": "http", "containerPort": port}
    assert read_manifest("service")["spec"]["ports"][0]["targetPort"] == opened["name"]
    (rule,) = read_manifest("network-policy")["spec"]["ingress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": opened["name"]}]
    (endpoint,) = read_manifest("service-monitor")["spec"]["endpoints"]
    assert endpoint["port"] == read_manifest("service")["spec"]["ports"][0]["name"]
    assert endpoint["path"] == "/metrics"


def test_autoscaler_follows_a_gauge_of_the_service(families):
    spec = read_manifest("autoscaler")["spec"]
    assert spec["metrics"][0]["pods"]["metric"]["name"] in families
    assert spec["scaleTargetRef"]["name"] == read_manifest("deployment")["metadata"]["name"]


def test_pods_have_time_to_stop():
    pod = read_manifest("deployment")["spec"]["template"]["spec"]
    container = read_container()
    env = {variable["name"]: variable["value"] for variable in container["env"]}
    drain_s = float(env["PRINTLINK_SERVER__DRAIN_S"])
    stop_s = float(env["PRINTLINK_SERVER__STOP_TIMEOUT_S"])
    assert drain_s > container["readinessProbe"]["periodSeconds"]
    assert pod["terminationGracePeriodSeconds"] > drain_s + stop_s


def test_containers_may_do_nothing_but_serve():
    container, pod = read_container(), read_manifest("deployment")["spec"]["template"]["spec"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    user = pod["securityContext"]["runAsUser"]
    assert f"\nUSER {user}\n" in (ROOT / "Dockerfile").read_text()
    compose = read_compose()["services"]["printlink"]
    assert compose["read_only"]
    assert compose["cap_drop"] == ["ALL"]


def test_keys_of_the_secret_lie_where_the_service_looks():
    env = {variable["name"]: variable["value"] for variable in read_container()["env"]}
    folder = {mount["name"]: mount["mountPath"] for mount in read_container()["volumeMounts"]}
    (secret,) = read_manifest("kustomization")["secretGenerator"]
    (file,) = secret["files"]
    assert env["PRINTLINK_ACCESS__KEYS_FILE"] == f"{folder['keys']}/{file}"
    volumes = read_manifest("deployment")["spec"]["template"]["spec"]["volumes"]
    assert {"name": "keys", "secret": {"secretName": secret["name"]}} in volumes


def test_prometheus_rule_has_the_alerts_of_the_file():
    script = DEPLOY / "kubernetes" / "prometheus-rule.sh"
    printed = subprocess.run([script], capture_output=True, text=True, check=True).stdout
    rule = yaml.safe_load(printed)
    assert rule["kind"] == "PrometheusRule"
    assert rule["spec"] == read_yaml(DEPLOY / "prometheus" / "alerts.yml")
