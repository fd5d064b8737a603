"""Tiny SavedModels with the Object Detection API's signature, and broken ones."""

import tensorflow as tf

OUTPUTS = ("detection_boxes", "detection_scores", "detection_classes", "num_detections")

BOXES = ((0.25, 0.1, 0.5, 0.4), (0.5, 0.5, 0.75, 0.9), (-0.5, 0.9, 0.1, 1.5), (0.3, 0.3, 0.3, 0.3))
CLASSES = (1.0, 5.0, 2.0, 1.0)


class TinyModel(tf.Module):
    """Finds four boxes in every frame; the first scores as much as the top left pixel is red.

    The last box is empty, and a fifth slot lies beyond `num_detections`. It fails on frames
    narrower than 20 pixels.
    """

    def __init__(self, *, input_name="input_tensor", outputs=OUTPUTS):
        super().__init__()
        self.outputs = outputs
        spec = tf.TensorSpec([1, None, None, 3], tf.uint8, name=input_name)
        self.call = tf.function(self.find, input_signature=[spec])

    def find(self, frames):
        tf.debugging.assert_greater_equal(tf.shape(frames)[2], 20)
        red = tf.cast(frames[0, 0, 0, 0], tf.float32) / 255
        scores = tf.stack([red, *(tf.constant(score) for score in (0.9, 0.6, 0.8, 1.0))])
        found = {
            "detection_boxes": tf.constant([[*BOXES, BOXES[0]]]),
            "detection_scores": scores[tf.newaxis],
            "detection_classes": tf.constant([[*CLASSES, 1.0]]),
            "num_detections": tf.constant([4.0]),
        }
        return {name: found[name] for name in self.outputs}


def save_model(folder, **options):
    """Save a `TinyModel` and return its folder."""
    model = TinyModel(**options)
    tf.saved_model.save(model, str(folder), signatures={"serving_default": model.call})
    return folder


def save_without_signature(folder):
    tf.saved_model.save(tf.Module(), str(folder))
    return folder


STEP_PX = 8
_READ_LEVELS = (255.0, 100.0, 0.0)


class TinyReader(tf.Module):
    """Reads class 0 in white steps of `STEP_PX` columns, 1 in grey ones (100) and 2 in black ones.

    It fails on strips lower than 8 pixels.
    """

    def __init__(self):
        super().__init__()
        strips = tf.TensorSpec([None, None, None], tf.uint8, name="strips")
        widths = tf.TensorSpec([None], tf.int32, name="widths")
        self.call = tf.function(self.read, input_signature=[strips, widths])

    def read(self, strips, widths):
        tf.debugging.assert_greater_equal(tf.shape(strips)[1], 8)
        rows = tf.reduce_mean(tf.cast(strips, tf.float32), axis=1)
        steps = tf.reduce_mean(tf.reshape(rows, [tf.shape(rows)[0], -1, STEP_PX]), axis=2)
        distance = tf.abs(steps[..., tf.newaxis] - tf.constant(_READ_LEVELS))
        return {
            "log_probs": tf.nn.log_softmax(-distance / 20.0),
            "lengths": -(-widths // STEP_PX),
        }


def save_reader(folder):
    """Save a `TinyReader` and return its folder."""
    model = TinyReader()
    tf.saved_model.save(model, str(folder), signatures={"serving_default": model.call})
    return folder
