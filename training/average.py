"""The moving average of a model's weights: what is measured and shipped in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


class WeightAverage:
    """An exponential moving average of all weights, batch statistics included.

    The momentum grows with the steps taken, so that the random start is soon forgotten: the average
    is over about the last ninth of the run, until `momentum` caps it.
    """

    def __init__(self, model: keras.Model, *, momentum: float) -> None:
        """Start from the weights of `model`, and keep it to put the average into."""
        self._model = model
        self._weights = model.get_weights()
        self._momentum = momentum

    def update(self, model: keras.Model, *, step: int) -> None:
        """Take in the weights of `model` after `step` steps."""
        share = 1.0 - min(self._momentum, (1.0 + step) / (10.0 + step))
        self._weights = [
            average + share * (current - average)
            for average, current in zip(self._weights, model.get_weights(), strict=True)
        ]

    def model(self) -> keras.Model:
        """Return the model that was given at the start, with the average as its weights."""
        self._model.set_weights(self._weights)
        return self._model
