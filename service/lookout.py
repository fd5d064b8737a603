"""When the detector must look at a stream's frame, and when its links can be carried along.

Looking costs ten times as much as following the motion, and mostly tells what is known: the links
that were found go where the picture goes. A look is worth its cost where a part of the scene came
into view, where the camera came nearer or the picture got sharper, as long as a link is not sure,
and now and then. Where many streams want to look all that can wait, for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.motion import Motion
    from service.settings import StreamSettings
    from service.thumb import Thumb

# So much nearer and so much sharper, print may be found that was not.
_NEARER: Final = 1.15
_SHARPER: Final = 1.2


class Lookout:
    """Remembers the last look, and what has changed in the view since."""

    def __init__(self, settings: StreamSettings) -> None:
        """Have never looked."""
        self._settings = settings
        self._looked_at_s: float | None = None
        self._way: NDArray[np.float64] | None = None
        self._size = (0, 0)
        self._sharpness = self._sharpness_then = 0.0

    def follow(self, motion: Motion, thumb: Thumb) -> None:
        """Take in the next frame, and how the picture moved in it."""
        self._size = thumb.width, thumb.height
        self._sharpness = measure_sharpness(thumb)
        if self._way is None or motion.matrix is None:
            self._way = None
        else:
            self._way = np.vstack([motion.matrix, [0.0, 0.0, 1.0]]) @ self._way

    def must_look(self, now_s: float) -> bool:
        """Tell whether the links cannot be carried to this frame, however busy the service is."""
        return self._way is None or self._age_s(now_s) >= self._settings.look_by_s

    def may_look(self, now_s: float, *, pause_s: float, is_settled: bool) -> bool:
        """Tell whether looking is worth its cost.

        `pause_s` is what other streams need for their looks, `is_settled` says that the links that
        were seen are sure. Only to be asked where one need not look.
        """
        age_s = self._age_s(now_s)
        return age_s >= pause_s and (
            not is_settled
            or age_s >= self._settings.look_every_s
            or self._sharpness > _SHARPER * self._sharpness_then
            or self._zoom() > _NEARER
            or self._new_ratio() > self._settings.look_new_ratio
        )

    def note_look(self, now_s: float) -> None:
        """Take in that the detector has looked at this frame."""
        self._looked_at_s = now_s
        self._way = np.eye(3)
        self._sharpness_then = self._sharpness

    def _age_s(self, now_s: float) -> float:
        return float("inf") if self._looked_at_s is None else now_s - self._looked_at_s

    def _zoom(self) -> float:
        return 1.0 if self._way is None else float(np.hypot(self._way[0, 0], self._way[1, 0]))

    def _new_ratio(self) -> float:
        """Return the share of this frame that was out of view at the last look."""
        if self._way is None:
            return 1.0
        width, height = self._size
        view = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        seen = cv2.transform(view[None], self._way[:2])[0]
        return 1 - cv2.intersectConvexConvex(view, seen)[0] / (width * height)


def measure_sharpness(thumb: Thumb) -> float:
    """Return how much neighbouring pixels differ, in levels of grey; to be compared, not read."""
    return float(cv2.absdiff(thumb.pixels, cv2.blur(thumb.pixels, (3, 3))).mean())
