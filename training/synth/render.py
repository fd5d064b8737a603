"""Writes page banks and photographed frames to disk, in parallel and reproducibly."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from tqdm import tqdm

from training.label_map import CLASS_IDS, LABEL_MAP
from training.synth.camera import expose, show_through
from training.synth.fonts import Face, FontBook, scan_fonts, split_fonts
from training.synth.geometry import View, random_curl, random_view
from training.synth.page import Composer
from training.synth.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from training.synth.sheet import Page, PageLink

PAGE_SIZE = 1408
FRAME_SIZES = ((1080, 1440), (1440, 1080), (1440, 1920), (720, 1280), (1280, 720))
# A prefix under this x-height, or cut by the frame's edge, is an ignore region, not a miss.
LEGIBLE_X_HEIGHT = 7.0


@dataclass(frozen=True, slots=True)
class RenderJob:
    """Which pictures to make: picture k of a seed is the same whatever the number of workers."""

    folder: Path
    count: int
    seed: int
    split: str
    workers: int
    link_rate: float


def render_pages(job: RenderJob) -> Path:
    """Write `count` flat pages as PNG with `pages.json` beside them; return that file's path."""
    (job.folder / "pages").mkdir(parents=True, exist_ok=True)
    records = _in_parallel(job, _write_page, "pages")
    index = job.folder / "pages.json"
    index.write_text(
        json.dumps({"split": job.split, "seed": job.seed, "pages": records}), encoding="utf-8"
    )
    return index


def render_frames(job: RenderJob) -> Path:
    """Write `count` photographs as JPEG with COCO `annotations.json`; return that file's path."""
    (job.folder / "images").mkdir(parents=True, exist_ok=True)
    frames = _in_parallel(job, _write_frame, "frames")
    annotations = [
        a | {"image_id": k} for k, frame in enumerate(frames) for a in frame["annotations"]
    ]
    coco = {
        "info": {
            "description": "synthetic photographs of pages with links",
            "split": job.split,
            "seed": job.seed,
        },
        "categories": [{"id": number, "name": label} for number, label in LABEL_MAP.items()],
        "images": [frame["image"] | {"id": k} for k, frame in enumerate(frames)],
        "annotations": [a | {"id": k + 1} for k, a in enumerate(annotations)],
    }
    index = job.folder / "annotations.json"
    index.write_text(json.dumps(coco), encoding="utf-8")
    return index


def photograph_frame(
    composer: Composer,
    rng: np.random.Generator,
    *,
    link_rate: float,
    size: tuple[int, int] | None = None,
) -> tuple[np.ndarray, list[dict[str, Any]], Page]:
    """Compose a page and photograph it whole or in part.

    Returns:
        The frame, uint8 RGB [H, W, 3]; COCO annotations of its links (`bbox` is x, y, width,
        height of the prefix in pixels); and the flat page.
    """
    width, height = size or FRAME_SIZES[int(rng.integers(len(FRAME_SIZES)))]
    page_width = int(rng.integers(1250, 1900))
    page = composer.page(
        rng, page_width, int(page_width * rng.uniform(1.15, 1.45)), link_rate=link_rate
    )
    strength = float(rng.uniform(0.05, 0.85))
    view = _frame_view(rng, page, (width, height), strength)
    desk = tuple(int(v) for v in rng.integers(20, 220, 3))
    pixels = view.photograph(page.pixels, width, height, desk=desk)
    annotations = [_annotate(link, view, width, height) for link in page.links]
    seen = [a for a in annotations if a is not None]
    typical = float(np.median([a["x_height"] for a in seen])) if seen else 12.0
    if rng.random() < 0.1:
        pixels = show_through(pixels, np.ascontiguousarray(pixels[::-1]), rng)
    return expose(pixels, rng, x_height=typical, strength=strength), seen, page


def _frame_view(
    rng: np.random.Generator, page: Page, size: tuple[int, int], strength: float
) -> View:
    """Show the whole page, half of it or some lines, as far as the type stays legible."""
    width, height = size
    page_height, page_width = page.pixels.shape[:2]
    whole = min(width / page_width, height / page_height)
    typical = float(np.median([link.x_height for link in page.links])) if page.links else 16.0
    scale = (
        whole
        * float(rng.choice([0.97, 1.5, 2.4], p=[0.5, 0.3, 0.2]))
        * float(rng.uniform(0.9, 1.15))
    )
    scale = float(np.clip(scale, 8.0 / typical, max(40.0 / typical, whole)))
    curl = random_curl(rng, page_width, strength=strength) if rng.random() < 0.5 else None
    rest_x = max(0.0, page_width - width / scale) / 2
    rest_y = max(0.0, page_height - height / scale) / 2
    anchor = (
        page_width / 2 + float(rng.uniform(-1, 1)) * rest_x,
        page_height / 2 + float(rng.uniform(-1, 1)) * rest_y,
    )
    return random_view(
        rng,
        anchor=anchor,
        target=(width / 2, height / 2),
        scale=scale,
        strength=strength,
        curl=curl,
    )


def _annotate(link: PageLink, view: View, width: int, height: int) -> dict[str, Any] | None:
    left, top, right, bottom = (float(v) for v in view.project_box(link.prefix))
    if right <= 2 or bottom <= 2 or left >= width - 2 or top >= height - 2:
        return None
    x0, y0, x1, y1 = (
        max(0.0, left),
        max(0.0, top),
        min(float(width), right),
        min(float(height), bottom),
    )
    seen = (x1 - x0) * (y1 - y0) / ((right - left) * (bottom - top))
    projected = view.project(link.prefix)
    rise = float(
        np.linalg.norm(projected[3] - projected[0])
        / np.linalg.norm(link.prefix[3] - link.prefix[0])
    )
    x_height = link.x_height * rise
    return {
        "category_id": CLASS_IDS[link.label],
        "bbox": [round(v, 2) for v in (x0, y0, x1 - x0, y1 - y0)],
        "area": round((x1 - x0) * (y1 - y0), 2),
        "iscrowd": int(seen < 0.95 or x_height < LEGIBLE_X_HEIGHT),
        "x_height": round(x_height, 2),
        "url": link.url,
        "polygons": [view.project(line).round(1).tolist() for line in link.lines],
    }


def _in_parallel(
    job: RenderJob, write: Callable[[RenderJob, tuple[Face, ...], int], Any], unit: str
) -> list[Any]:
    task = partial(write, job, tuple(split_fonts(scan_fonts(), job.split)))
    with ProcessPoolExecutor(job.workers, get_context("spawn")) as pool:
        results = pool.map(task, range(job.count), chunksize=4)
        return list(tqdm(results, total=job.count, unit=unit, desc=f"{job.split} {unit}"))


@lru_cache(maxsize=1)
def _open_composer(faces: tuple[Face, ...]) -> Composer:
    """Return the composer of this worker process, made for its first picture."""
    cv2.setNumThreads(1)
    return Composer(FontBook(faces), Prose.load())


def _write_page(job: RenderJob, faces: tuple[Face, ...], index: int) -> dict[str, Any]:
    rng = np.random.default_rng([job.seed, index])
    page = _open_composer(faces).page(rng, PAGE_SIZE, PAGE_SIZE, link_rate=job.link_rate)
    name = f"pages/{index:05d}.png"
    _save(job.folder / name, page.pixels, [cv2.IMWRITE_PNG_COMPRESSION, 2])
    links = [
        {
            "label": link.label,
            "url": link.url,
            "x_height": link.x_height,
            "prefix": link.prefix.tolist(),
        }
        for link in page.links
    ]
    decoys = [{"x_height": d.x_height, "quad": d.quad.tolist()} for d in page.decoys]
    dark = page.is_dark
    return {"file": name, "kind": page.kind, "dark": dark, "links": links, "decoys": decoys}


def _write_frame(job: RenderJob, faces: tuple[Face, ...], index: int) -> dict[str, Any]:
    rng = np.random.default_rng([job.seed, index])
    pixels, annotations, page = photograph_frame(
        _open_composer(faces), rng, link_rate=job.link_rate
    )
    name = f"{index:06d}.jpg"
    _save(job.folder / "images" / name, pixels, [cv2.IMWRITE_JPEG_QUALITY, 90])
    height, width = pixels.shape[:2]
    kind = "dark" if page.is_dark else page.kind
    return {
        "image": {"file_name": name, "width": width, "height": height, "kind": kind},
        "annotations": annotations,
    }


def _save(path: Path, pixels: np.ndarray, options: list[int]) -> None:
    if not cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options):
        raise OSError(f"could not write {path}")
