"""Links that other readers lose, printed with our own type and read with the engine that ships."""

import numpy as np
import pytest

from service.assembly import build_reader
from service.metrics import Metrics
from service.pipeline import Pipeline
from service.records import Frame
from service.runner import Crew
from service.settings import ExpandSettings, Settings, UrlSettings
from tests.service.fakes import FakeDetector
from tests.service.printed import print_page

pytestmark = pytest.mark.slow

BLUE = (20, 60, 190)
PAPER = 245


@pytest.fixture(scope="module")
def reader():
    found, _ = build_reader(Settings(), Metrics(), Crew(1))
    return found


def read(reader, page, **settings):
    pipeline = Pipeline(
        FakeDetector(page.prefixes), reader, expand=ExpandSettings(), url=UrlSettings(**settings)
    )
    return [link.url for link in pipeline.run(page.frame, 1.0).links]


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("see https://t.co/abc for more", "https://t.co/abc"),
        ("see https://x.com/abc for more", "https://x.com/abc"),
        ("see https://foo.technology/x for more", "https://foo.technology/x"),
        ("at http://192.168.0.1:8080/x on port", "http://192.168.0.1:8080/x"),
        (
            "https://en.wikipedia.org/wiki/C_(programming_language)",
            "https://en.wikipedia.org/wiki/C_(programming_language)",
        ),
        ("see https://example.com/x,y;z=1 there", "https://example.com/x,y;z=1"),
        ("the guide (https://keras.io/) and", "https://keras.io/"),
        ("at <http://a.b/c>. Then", "http://a.b/c"),
        ("https://example.org/official/flower/file", "https://example.org/official/flower/file"),
        ("see https://example.org/~user there", "https://example.org/~user"),
        ("see https://example.org/a%20b there", "https://example.org/a%20b"),
        ("see https://keras.io/guides^1 there", "https://keras.io/guides"),
    ],
    ids=lambda text: text if text.startswith("http") else None,
)
def test_a_link_is_read_to_the_letter(reader, line, url):
    assert read(reader, print_page([line])) == [url]


def test_look_alikes_in_one_path_are_read_but_not_trusted(reader):
    page = print_page(["see https://bit.ly/3lI0O1q there"])
    assert read(reader, page, min_confidence=0.2) == ["https://bit.ly/3lI0O1q"]


def test_an_underlined_blue_link_is_read_to_the_letter(reader):
    page = print_page(["see https://keras.io/guides there"], is_underlined=True)
    share = (PAPER - page.frame.pixels[..., :1].astype(float)) / PAPER
    pixels = PAPER + share * (np.array(BLUE) - PAPER)
    page = page.__class__(Frame(pixels.astype(np.uint8)), page.prefixes)
    assert read(reader, page) == ["https://keras.io/guides"]


def test_a_white_link_on_black_is_read_to_the_letter(reader):
    page = print_page(["see https://keras.io/guides there"], is_dark=True)
    assert read(reader, page) == ["https://keras.io/guides"]
