"""What reading costs is told by the number of links."""

from types import SimpleNamespace

from bench.reading import Cost, measure, render_table
from service.records import Timings


class FakePipeline:
    """Finds two prefixes in each frame, and one link; keeps what it was asked."""

    sees_colour = False

    def __init__(self):
        self.asked = []

    def run(self, frame, decode_ms, follow=None, *, prefixes=None):
        self.asked.append((frame, prefixes))
        timings = Timings(decode_ms, 20.0, 8.0, 28.0)
        return SimpleNamespace(prefixes=("one", "other"), links=("link",), timings=timings)


def test_a_frame_is_read_again_from_the_prefixes_that_were_found():
    pipeline = FakePipeline()
    ((links, costs),) = measure(pipeline, ["frame"], repeats=2).items()
    assert pipeline.asked == [("frame", None)] + [("frame", ("one", "other"))] * 2
    assert links == 1
    assert [cost.waited for cost in costs] == [8.0, 8.0]
    assert all(cost.worked >= 0 for cost in costs)


def test_the_table_has_the_medians_for_each_number_of_links():
    table = render_table({3: [Cost(40, 70), Cost(44, 78), Cost(60, 79)], 0: [Cost(0, 0.5)]})
    _, none, three = (row.split() for row in table.splitlines())
    assert none == ["0", "1", "0.0", "0.5"]
    assert three == ["3", "3", "44.0", "78.0"]
