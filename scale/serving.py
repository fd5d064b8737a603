"""The service in parts that are scaled apart, as an application of Ray Serve.

`deploy/ray/serve.yaml` names `build_app` and says how many replicas each part has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ray import serve

from scale.detector import DetectorReplica
from scale.ingress import Ingress
from scale.readers import ReaderReplica
from service.settings import Settings, load_settings

if TYPE_CHECKING:
    from ray.serve import Application

# New replicas are ready before old ones stop; where they never are, the old ones stay.
ROLLING: Final = {"max_surge_percent": 20}


def build_app(groups: dict[str, Any]) -> Application:
    """Return the application; `groups` are settings, by group, over those of the environment.

    Raises `SettingsInvalidError`, or pydantic's `ValidationError` for `groups`.
    """
    settings = Settings.model_validate(
        {
            group: values | groups.get(group, {})
            for group, values in load_settings().model_dump().items()
        }
        | {group: values for group, values in groups.items() if group not in Settings.model_fields}
    )
    return bind_parts(
        settings,
        detector=serve.deployment(DetectorReplica, name="detector", **ROLLING).bind(settings),
        readers=serve.deployment(ReaderReplica, name="readers", **ROLLING).bind(settings),
    )


def bind_parts(
    settings: Settings,
    *,
    detector: Application,
    readers: Application,
    **options: Any,  # noqa: ANN401 - of Serve
) -> Application:
    """Return the application that asks this detector and these readers."""
    ingress = serve.deployment(serve.ingress(None)(Ingress), name="ingress", **ROLLING, **options)
    return ingress.bind(settings, detector, readers)
