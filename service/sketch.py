"""A sketch: where a page of which parts are known has ink, too coarse to be read.

Columns are told by it. Whoever looks for gutters is to see it and nobody else: all others go by
blank paper round what is known. They hand a page's grey on as an array, so the sketch is on that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.ink import Grey
    from service.records import Pixels

_INK_LEVEL: Final = 128


class _SketchedGrey(np.ndarray[tuple[int, int], np.dtype[np.uint8]]):
    """Grey [height, width] with a sketch of the same size; what is made of it has none."""

    sketch: Grey | None = None

    @classmethod
    def of(cls, grey: Grey, sketch: Grey) -> Self:
        sketched = grey.view(cls)
        sketched.sketch = sketch
        return sketched


def add_sketch(grey: Grey, coarse: Pixels, is_known: NDArray[np.bool_]) -> Grey:
    """Return `grey` [height, width] as a page that `sketch_of` knows a sketch of.

    `coarse` is a smaller picture of the whole page, dark where that has ink. Where the page itself
    `is_known`, it does not count.
    """
    ink = (coarse < _INK_LEVEL).astype(np.uint8)
    size = grey.shape[1], grey.shape[0]
    whole = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    whole[is_known] = 0
    return _SketchedGrey.of(grey, whole)


def sketch_of(grey: Grey) -> Grey | None:
    """Return uint8 [height, width], 1 where the sketch of a page has ink; None if it has none."""
    return grey.sketch if isinstance(grey, _SketchedGrey) else None


def keep_sketch(made: Grey, source: Grey) -> Grey:
    """Return what was `made` of a page, as large as that, with the page's sketch if it has one."""
    sketch = sketch_of(source)
    return made if sketch is None else _SketchedGrey.of(made, sketch)
