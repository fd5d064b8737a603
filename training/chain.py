"""The chain of all steps at toy size; `python -m training.smoke` runs it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from training.commit import read_commit
from training.config_file import load_config
from training.evaluate import evaluate, format_table, to_metrics
from training.export import export_run
from training.export_options import ExportOptions
from training.publish import publish_export
from training.saved_detector import SavedDetector
from training.synth.render import RenderJob, render_frames, render_pages
from training.train import TrainLimits, train

if TYPE_CHECKING:
    from model_store.store import StoredModel

logger = logging.getLogger(__name__)

CONFIG = Path(__file__).parent / "configs" / "links_smoke.py"
PAGES = 8
FRAMES = 4
LONG_SIDE = 640


def run_chain(folder: Path) -> StoredModel:
    """Run every step below `folder` and return the model as it lies in the store there."""
    render_pages(_make_job(folder / "bank", count=PAGES, split="train"))
    render_frames(_make_job(folder / "frames", count=FRAMES, split="test"))
    config, run, export = load_config(CONFIG), folder / "run", folder / "export"
    train(config, data_dir=folder / "bank", run_dir=run, limits=TrainLimits())
    export_run(config.model, run, export, ExportOptions(long_side=LONG_SIDE))
    scores = evaluate(SavedDetector(export), folder / "frames")
    logger.info("\n%s", format_table(scores))
    return publish_export(
        config,
        run_dir=run,
        export_dir=export,
        metrics=to_metrics(scores),
        commit=read_commit(),
        store=folder / "store",
    )


def _make_job(folder: Path, *, count: int, split: str) -> RenderJob:
    return RenderJob(folder, count=count, seed=1, split=split, workers=1, link_rate=0.03)
