"""The networks, loaded for the runtime that the settings name: LiteRT or TensorFlow."""

from __future__ import annotations

import os
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from model_store import LITERT_DETECTOR, LITERT_FOLDER, LITERT_READER, LITERT_TWINS
from service import ctc, detect, twins
from service.contract import read_contract, read_refiner
from service.ctc import CtcRecognizer, GraphStripNetwork
from service.detect import SavedModelDetector
from service.errors import ModelLoadError
from service.litert import LiteRtNetwork
from service.litert_reader import LiteRtStripNetwork, read_reader_contract
from service.litert_twins import LiteRtGlyphNetwork, read_glyph_contract
from service.models import find_model, find_reader, find_twins
from service.quota import count_cpus
from service.row_detector import RowDetector, Stages
from service.shrink import read_view
from service.turns import LendingNetwork
from service.twins import GraphGlyphNetwork, TwinJudge

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from model_store import StoredModel
    from service.ctc import StripNetwork
    from service.saved_model import SavedModel
    from service.settings import RuntimeName, Settings
    from service.turns import Turns
    from service.twins import GlyphNetwork


def load_detector(
    settings: Settings, model: StoredModel | None = None
) -> SavedModelDetector | RowDetector:
    """Load this detector, or the one that the settings name; raises `ModelLoadError`."""
    model = model or find_model(settings.model)
    copy = find_copy(model, LITERT_DETECTOR, settings.detect.runtime)
    if copy is not None:
        return _load_row_detector(settings, model, copy)
    return SavedModelDetector(
        _load_graph(model, settings, inputs=(detect.INPUT,), outputs=detect.OUTPUTS),
        settings.detect,
        label_map=model.label_map,
        name=model.name,
        version=model.version,
        view=read_view(model),
    )


def load_network(settings: Settings, *, runs: int = 1, turns: Turns | None = None) -> CtcRecognizer:
    """Load the network that reads, for so many `runs` at a time; raises `ModelLoadError`.

    It lends the `turns` of those who call it.
    """
    model = find_reader(settings.reader)
    copy = find_copy(model, LITERT_READER, settings.reader.runtime)
    network: StripNetwork
    if copy is None:
        graph = _load_graph(model, settings, inputs=ctc.INPUTS, outputs=ctc.OUTPUTS)
        network = GraphStripNetwork(graph)
    else:
        # A strip is too small to be shared out among threads.
        bare = LiteRtNetwork(copy, threads=1, runs=runs)
        network = LiteRtStripNetwork(bare, read_reader_contract(copy))
    network = LendingNetwork(network, turns) if turns else network
    return CtcRecognizer(
        network,
        alphabet=model.label_map,
        name=model.name,
        version=model.version,
        judge=load_judge(settings, runs=runs),
    )


def load_judge(settings: Settings, *, runs: int = 1) -> TwinJudge | None:
    """Load the network that judges twins, for so many `runs` at a time; raises `ModelLoadError`."""
    model = find_twins(settings.twins)
    if model is None:
        return None
    copy = find_copy(model, LITERT_TWINS, settings.twins.runtime)
    network: GlyphNetwork
    if copy is None:
        graph = _load_graph(model, settings, inputs=(twins.INPUT,), outputs=(twins.OUTPUT,))
        network = GraphGlyphNetwork(graph)
    else:
        bare = LiteRtNetwork(copy, threads=1, runs=runs)
        network = LiteRtGlyphNetwork(bare, read_glyph_contract(copy))
    return TwinJudge(network, [label for _, label in sorted(model.label_map.items())])


def needs_tensorflow(settings: Settings) -> bool:
    """Tell whether any network that the settings name runs in TensorFlow.

    Raises `ModelLoadError`.
    """
    detector = find_copy(find_model(settings.model), LITERT_DETECTOR, settings.detect.runtime)
    if detector is None or settings.recognize.engine not in {"both", "ctc"}:
        return detector is None
    reader, judge = find_reader(settings.reader), find_twins(settings.twins)
    if judge is not None and find_copy(judge, LITERT_TWINS, settings.twins.runtime) is None:
        return True
    return find_copy(reader, LITERT_READER, settings.reader.runtime) is None


def find_copy(model: StoredModel, file: str, runtime: RuntimeName) -> Path | None:
    """Return the model's copy for LiteRT, None where TensorFlow is to run the model.

    Raises `ModelLoadError` where the settings want a copy that the model does not have.
    """
    copy = model.path / LITERT_FOLDER / file
    if runtime == "litert" and not copy.is_file():
        raise ModelLoadError(
            f"{model.path} has no {LITERT_FOLDER}/{file}; leave the runtime to be chosen "
            "(`auto`), or add a copy with `printlink-train litert`"
        )
    if runtime == "auto" and (find_spec("ai_edge_litert") is None or not copy.is_file()):
        return None
    return None if runtime == "tensorflow" else copy


def _load_row_detector(settings: Settings, model: StoredModel, copy: Path) -> RowDetector:
    load = partial(LiteRtNetwork, threads=settings.detect.threads or count_cpus())
    contract, refiner = read_contract(copy), read_refiner(copy)
    return RowDetector(
        Stages(load(copy), None if refiner is None else load(refiner)),
        settings.detect,
        contract=contract,
        label_map=model.label_map,
        name=model.name,
        version=model.version,
    )


def _load_graph(
    model: StoredModel, settings: Settings, *, inputs: Collection[str], outputs: Collection[str]
) -> SavedModel:
    # TensorFlow takes seconds to import, chatters, and would take all of a GPU's memory.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    from service.saved_model import SavedModel  # noqa: PLC0415

    return SavedModel(model.path, inputs=inputs, outputs=outputs, threads=settings.detect.threads)
