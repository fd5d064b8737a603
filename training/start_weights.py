"""Fine-tuning: the weights that a run starts from, be they another run's or a published model's."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import h5py
import keras
import numpy as np

from model_store.store import ModelStore, default_root
from training.anchors import LEVELS
from training.detector import build_detector
from training.label_map import LABEL_MAP
from training.network_file import read_network, write_network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from training.config import ModelConfig

logger = logging.getLogger(__name__)

START_WEIGHTS = "start.weights.h5"


@dataclass(frozen=True, slots=True)
class Start:
    """A file of weights, and what to call it where a run's origin is told."""

    weights: Path
    name: str


def start_from_file(weights: Path) -> Start:
    """Return the start from a file, which is known by its digest wherever it lies."""
    with weights.open("rb") as file:
        return Start(weights, f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")


def start_from_model(store: ModelStore, named: str) -> Start:
    """Return the start from a model of the store, `NAME` (its newest version) or `NAME:VERSION`.

    Raises what `ModelStore.resolve` raises, and FileNotFoundError where the model was published
    without weights to start from.
    """
    name, _, version = named.partition(":")
    model = store.resolve(name, int(version) if version else None)
    weights = model.path / "assets.extra" / START_WEIGHTS
    if not weights.exists():
        missing = f"{model.name}:{model.version} was published without {START_WEIGHTS}"
        raise FileNotFoundError(f"{missing}: start from another version, or from a run's file")
    return Start(weights, f"{model.name}:{model.version}")


def choose_start(weights: Path | None, named: str | None, root: Path | None) -> Start | None:
    """Return the start that was asked for: a model of the store, else a file, else none."""
    if named is not None:
        return start_from_model(ModelStore(root or default_root()), named)
    return None if weights is None else start_from_file(weights)


def put_weights(model: keras.Model, network: ModelConfig, weights: Path) -> list[str]:
    """Put the weights of a file into `model`, and return the layers that were left as they are.

    Those are the layers whose shapes differ: the last one where classes or anchors are others, the
    first where the channels are. Which network the file belongs to says the `network.json` beside
    it; where there is none it is `network` with the labels and anchors of the shipped detector.
    Raises ValueError where the backbones differ.
    """
    usual = replace(network, channels=1, labels=LABEL_MAP, levels=LEVELS)
    donor_network = read_network(weights.parent) or usual
    if donor_network.backbone != network.backbone:
        known = f"expected weights of a {network.backbone} network"
        raise ValueError(f"{weights}: {known}, received those of a {donor_network.backbone} one")
    donor = build_detector(donor_network)
    donor.load_weights(weights)
    skipped = copy_weights(donor, model)
    for name in skipped:
        logger.warning("%s: layer %s differs in shape and starts anew", weights, name)
    return skipped


def copy_weights(donor: keras.Model, model: keras.Model) -> list[str]:
    """Copy what fits, layer by layer, and return the names of the layers that did not.

    The layers of a kind are paired in their order.
    """
    skipped = []
    donors: dict[str, Iterator[keras.layers.Layer]] = {}
    for layer in list_layers(model):
        kind = type(layer).__name__
        others = donors.setdefault(kind, _layers_of(donor, kind))
        other = next(others, None)
        if other is not None and _shapes(other) == _shapes(layer):
            layer.set_weights(other.get_weights())
        else:
            skipped.append(layer.name)
    return skipped


def list_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers that have weights, those of models inside the model too, in order."""
    layers = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            layers += list_layers(layer)
        elif layer.weights:
            layers.append(layer)
    return layers


def _layers_of(model: keras.Model, kind: str) -> Iterator[keras.layers.Layer]:
    return (layer for layer in list_layers(model) if type(layer).__name__ == kind)


def _shapes(layer: keras.layers.Layer) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]


def save_start_weights(model: keras.Model, network: ModelConfig, folder: Path) -> Path:
    """Write a model's weights, to start from, and its network into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_network(network, folder)
    return save_halved(model, folder / START_WEIGHTS)


def save_halved(model: keras.Model, path: Path) -> Path:
    """Write a model's weights to the `.weights.h5` file `path`, and return it.

    Kernels are rounded to float16, which halves the file and is far finer than what training
    changes; statistics and offsets are left as they are, whose range float16 may not have.
    """
    whole = path.with_name(f"whole-{path.name}")
    model.save_weights(whole)
    with h5py.File(whole) as source, h5py.File(path, "w") as target:
        source.visititems(lambda name, item: _copy_item(name, item, target))
        for name, value in source.attrs.items():
            target.attrs[name] = value
    whole.unlink()
    return path


def _copy_item(name: str, item: h5py.Group | h5py.Dataset, target: h5py.File) -> None:
    if isinstance(item, h5py.Group):
        copied = target.require_group(name)
    else:
        values = item[()]
        halved = values.astype(np.float16) if values.ndim > 1 else values
        copied = target.create_dataset(name, data=halved)
    for attribute, value in item.attrs.items():
        copied.attrs[attribute] = value
