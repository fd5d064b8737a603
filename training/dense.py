"""The dense backbone: few channels, plain 3x3 convolutions, which CPUs run best."""

from __future__ import annotations

from training.blocks import Tensor, conv_bn_relu, residual_block

WIDTHS = (64, 96, 128)
DEPTHS = (1, 2, 2)


def dense_features(image: Tensor, *, stem_blocks: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the feature maps at strides 8, 16 and 32 of a normalised image [N, H, W, C].

    There are `stem_blocks` residual blocks before them, at stride 4.
    """
    # A 12x12 kernel at stride 4 is a 3x3 kernel over 4x4 pixels folded into channels.
    features = conv_bn_relu(image, 32, stride=4, kernel=12)
    for _ in range(stem_blocks):
        features = residual_block(features)
    maps = []
    for width, depth in zip(WIDTHS, DEPTHS, strict=True):
        features = conv_bn_relu(features, width, stride=2)
        for _ in range(depth):
            features = residual_block(features)
        maps.append(features)
    return maps[0], maps[1], maps[2]
