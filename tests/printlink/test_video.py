"""A video plays at its own speed, however slowly its frames are taken."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from printlink.video import VideoError, read_frames

FPS = 10.0


@pytest.fixture
def video(tmp_path):
    """Two seconds at ten frames; each frame is as bright as ten times its number."""
    path = tmp_path / "video.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), FPS, (64, 48))
    for number in range(20):
        writer.write(np.full((48, 64, 3), 10 * number, np.uint8))
    writer.release()
    return path


class Clock:
    """A clock that goes on when somebody sleeps, or is made to."""

    now = 50.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def numbers_of(frames):
    return [round(np.asarray(Image.open(io.BytesIO(data))).mean() / 10) for data in frames]


def test_frames_come_at_the_rate_that_is_wanted(video):
    clock = Clock()
    frames = read_frames(str(video), fps=2.5, clock=clock, sleep=clock.sleep)
    assert numbers_of(frames) == [0, 4, 8, 12, 16]


def test_who_takes_long_misses_what_passed_meanwhile(video):
    clock, taken = Clock(), []
    for data in read_frames(str(video), fps=10, clock=clock, sleep=clock.sleep):
        taken += numbers_of([data])
        clock.now += 0.75
    assert taken == [0, 8, 15]


def test_what_is_no_video_is_told(tmp_path):
    with pytest.raises(VideoError, match=r"none\.mp4 is no camera and no video"):
        next(read_frames(str(tmp_path / "none.mp4"), fps=5))
