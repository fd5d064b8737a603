"""The feature pyramid (Lin et al. 2017): lends the coarse maps' context to the fine ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import layers

from training.normalization import BatchNormalization

if TYPE_CHECKING:
    from training.blocks import Tensor


def build_pyramid(maps: tuple[Tensor, ...], *, filters: int) -> tuple[Tensor, ...]:
    """Return one map for each of `maps` (finest first), all of `filters` channels.

    The customary 3x3 smoothing is left to the head's tower, which follows at once.
    """
    laterals = [layers.Conv2D(filters, 1, use_bias=False)(features) for features in maps]
    laterals = [BatchNormalization(momentum=0.98)(lateral) for lateral in laterals]
    pyramid = [laterals[-1]]
    for lateral in reversed(laterals[:-1]):
        pyramid.append(layers.Add()([lateral, layers.UpSampling2D(2)(pyramid[-1])]))
    return tuple(reversed(pyramid))
