"""Where a flat page lands in a picture: page curl, then a perspective view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Curl:
    """A page bent about vertical axes: columns move sideways and up or down, rows stay rows.

    `columns` are page x, `moved` the strictly increasing x they move to, `lifts` what is added to
    y there; all float32 [n]. Both directions are exact, so boxes and pixels cannot disagree.
    """

    columns: NDArray[np.float32]
    moved: NDArray[np.float32]
    lifts: NDArray[np.float32]

    def bend(self, points: Points) -> Points:
        """Map flat page points [n, 2] to the bent page."""
        x = np.interp(points[:, 0], self.columns, self.moved)
        y = points[:, 1] + np.interp(points[:, 0], self.columns, self.lifts)
        return np.stack([x, y], axis=1).astype(np.float32)

    def flatten(self, x: Points, y: Points) -> tuple[Points, Points]:
        """Map coordinates of the bent page, of any shape, to the flat page."""
        flat_x = np.interp(x, self.moved, self.columns)
        flat_y = y - np.interp(flat_x, self.columns, self.lifts)
        return flat_x.astype(np.float32), flat_y.astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A camera's view of a page: `matrix` [3, 3] takes bent page points to picture pixels."""

    matrix: NDArray[np.float64]
    curl: Curl | None = None

    def project(self, points: Points) -> Points:
        """Map page points [n, 2] to picture pixels [n, 2]."""
        bent = points if self.curl is None else self.curl.bend(points)
        return cv2.perspectiveTransform(
            bent.reshape(-1, 1, 2).astype(np.float32), self.matrix
        ).reshape(-1, 2)

    def project_box(self, quad: Points) -> NDArray[np.float32]:
        """Return xmin, ymin, xmax, ymax of a page quad [4, 2] in the picture."""
        steps = np.linspace(0, 1, 5, dtype=np.float32)[:, None]
        top = quad[0] + steps * (quad[1] - quad[0])
        bottom = quad[3] + steps * (quad[2] - quad[3])
        points = self.project(np.concatenate([top, bottom]))
        return np.concatenate([points.min(axis=0), points.max(axis=0)])

    def photograph(
        self, page: NDArray[np.uint8], width: int, height: int, *, desk: tuple[int, ...]
    ) -> NDArray[np.uint8]:
        """Return the picture, uint8 [height, width(, 3)]; `desk` is the colour beyond the page.

        The page is shrunk by areas first where the view is smaller than it, as bilinear sampling
        alone would alias the type.
        """
        shrink = self._shrink(width, height)
        if shrink < 0.75:
            page, offset = self._shrunk(page, width, height, shrink)
        else:
            shrink, offset = 1.0, np.zeros(2)
        to_source = np.array([[shrink, 0, -offset[0]], [0, shrink, -offset[1]], [0, 0, 1.0]])
        if self.curl is None:
            matrix = to_source @ np.linalg.inv(self.matrix)
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            return cv2.warpPerspective(page, matrix, (width, height), flags=flags, borderValue=desk)
        x, y = self._page_coordinates(width, height)
        map_x, map_y = x * shrink - offset[0], y * shrink - offset[1]
        return cv2.remap(
            page,
            map_x.astype(np.float32),
            map_y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=desk,
        )

    def _page_coordinates(self, width: int, height: int) -> tuple[Points, Points]:
        grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(
            np.float32
        )
        bent = cv2.perspectiveTransform(grid.reshape(-1, 1, 2), np.linalg.inv(self.matrix)).reshape(
            height, width, 2
        )
        if self.curl is None:
            return bent[..., 0], bent[..., 1]
        return self.curl.flatten(bent[..., 0], bent[..., 1])

    def _corners(self, width: int, height: int) -> Points:
        corners = np.array(
            [[0, 0], [width, 0], [width, height], [0, height], [width / 2, height / 2]], np.float32
        )
        bent = cv2.perspectiveTransform(
            corners.reshape(-1, 1, 2), np.linalg.inv(self.matrix)
        ).reshape(-1, 2)
        return (
            bent
            if self.curl is None
            else np.stack(self.curl.flatten(bent[:, 0], bent[:, 1]), axis=1)
        )

    def _shrink(self, width: int, height: int) -> float:
        """Return picture pixels per page pixel at the picture's centre."""
        centre = self._corners(width, height)[4]
        points = np.array([centre, np.add(centre, (8, 0)), np.add(centre, (0, 8))], np.float32)
        origin, right, down = self.project(points)
        return float(np.sqrt(np.linalg.norm(right - origin) * np.linalg.norm(down - origin)) / 8)

    def _shrunk(
        self, page: NDArray[np.uint8], width: int, height: int, shrink: float
    ) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """Return the seen part of the page at `shrink` and that part's origin, in shrunk pixels."""
        seen = self._corners(width, height)
        lift = 0.0 if self.curl is None else float(np.abs(self.curl.lifts).max())
        margin = np.array([16.0, 16.0 + lift])
        low = np.clip(np.floor(seen.min(axis=0) - margin), 0, None).astype(int)
        high = np.ceil(seen.max(axis=0) + margin).astype(int)
        part = page[low[1] : high[1], low[0] : high[0]]
        if part.shape[0] < 2 or part.shape[1] < 2:
            return page, np.zeros(2)
        size = max(1, round(part.shape[1] * shrink)), max(1, round(part.shape[0] * shrink))
        return cv2.resize(part, size, interpolation=cv2.INTER_AREA), low * shrink


def random_curl(rng: np.random.Generator, width: float, *, strength: float) -> Curl:
    """Bend a page of `width` pixels: towards a spine, or in a gentle wave; strength is 0..1."""
    columns = np.linspace(-0.25 * width, 1.25 * width, 97)
    u = columns / width
    amplitude = strength * width * float(rng.uniform(0.01, 0.05)) * float(rng.choice([-1, 1]))
    if rng.random() < 0.5:
        reach = float(rng.uniform(0.12, 0.4))
        fall = np.exp(-np.clip(u if rng.random() < 0.5 else 1 - u, -0.2, None) / reach)
        lifts, squeeze = amplitude * fall, 1 - 0.35 * strength * fall / fall.max()
    else:
        phase, waves = float(rng.uniform(0, 6.3)), float(rng.uniform(0.4, 1.3))
        lifts = amplitude * np.sin(6.283 * waves * u + phase)
        squeeze = 1 - 0.15 * strength * np.abs(np.sin(6.283 * waves * u + phase + 1.0))
    moved = columns[0] + np.concatenate([[0], np.cumsum(squeeze[1:] * np.diff(columns))])
    moved += width / 2 - np.interp(width / 2, columns, moved)
    return Curl(columns.astype(np.float32), moved.astype(np.float32), lifts.astype(np.float32))


def random_view(
    rng: np.random.Generator,
    *,
    anchor: tuple[float, float],
    target: tuple[float, float],
    scale: float,
    strength: float,
    curl: Curl | None,
) -> View:
    """Return a view that shows page point `anchor` at picture point `target` at about `scale`.

    `strength` (0..1) sets how far the camera is turned and tilted: up to some 12 degrees of turn
    in most views, up to 25 in one of ten.
    """
    spread = 20.0 if rng.random() < 0.1 else 5.0
    angle = np.deg2rad(float(np.clip(rng.normal(0, spread * strength), -25, 25)))
    stretch = float(np.exp(rng.normal(0, 0.07 * strength)))
    cos, sin = np.cos(angle), np.sin(angle)
    linear = np.array([[cos, -sin], [sin, cos]]) @ np.array(
        [[scale * stretch, rng.normal(0, 0.03) * strength * scale], [0, scale / stretch]]
    )
    tilt = rng.normal(0, 0.00022 * strength, 2) * scale
    start = np.array([*anchor], np.float32)[None]
    pivot = start[0] if curl is None else curl.bend(start)[0]
    to_origin = np.array([[1, 0, -pivot[0]], [0, 1, -pivot[1]], [0, 0, 1.0]])
    warp = np.array([[*linear[0], 0], [*linear[1], 0], [*tilt, 1.0]])
    to_target = np.array([[1, 0, target[0]], [0, 1, target[1]], [0, 0, 1.0]])
    return View(to_target @ warp @ to_origin, curl)
