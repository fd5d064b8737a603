"""What is deployed with `serve deploy` is a valid description of the parts that there are."""

from pathlib import Path

import pytest
import yaml

pytest.importorskip("ray", reason="needs the extra scale; make test-scale has it")

from ray.serve.schema import ServeDeploySchema

import scale.serving
from service.errors import SettingsInvalidError

ROOT = Path(__file__).parents[2]
DEPLOYED = yaml.safe_load((ROOT / "deploy" / "ray" / "serve.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def described():
    [application] = ServeDeploySchema.model_validate(DEPLOYED).applications
    return application


def list_parts(application):
    """Return the deployment of an application and those that it is given."""
    inner = application._bound_deployment
    handed = [part for part in inner.init_args if hasattr(part, "_bound_deployment")]
    return [inner, *(part for one in handed for part in list_parts(one))]


def test_each_part_is_described(described):
    parts = list_parts(scale.serving.build_app(described.args))
    assert described.import_path == "scale.serving:build_app"
    assert {part.name for part in parts} == {one.name for one in described.deployments}


def test_old_replicas_stay_until_new_ones_are_ready(described):
    parts = list_parts(scale.serving.build_app(described.args))
    assert all(part._deployment_config.max_surge_percent > 0 for part in parts)
    assert not any("max_surge_percent" in one.model_fields_set for one in described.deployments)


def test_a_misspelled_setting_is_refused():
    with pytest.raises((SettingsInvalidError, ValueError), match="detekt"):
        scale.serving.build_app({"detekt": {}})
