import numpy as np
import pytest
from PIL import Image

from tests.training.data.samples import (
    draw_picture,
    make_coco,
    make_voc,
    voc_object,
    write_voc_xml,
)
from training.data.dataset import DataSetError, LabelledBox, LabelledImage
from training.data.load import load_data_set
from training.data.pictures import open_upright
from training.data.prepare import (
    Preparation,
    Prepared,
    prepare_boxes,
    prepare_data_set,
    prepare_picture,
)


def list_files(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def prepare(source, out, **options):
    return prepare_data_set(
        load_data_set(source), out, Preparation(**options), source=source, workers=2
    )


def test_a_dark_corner_stays_in_its_box(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    draw_picture(source / "a.png", (120, 90), exif=6)
    # The dark corner as a person sees it, right above: 30 wide, 40 high, of 90x120.
    write_voc_xml(source / "a.xml", "a.png", voc_object("x", (60, 0, 90, 40)), size=(90, 120))
    prepare(source, out, square=True, width=45)
    (image,) = load_data_set(out).images
    assert (image.width, image.height) == (45, 45)
    # 15 rows are cut off above, then all is halved.
    assert image.boxes[0].box == pytest.approx((0, 30, 12, 45), abs=1)
    assert image.boxes[0].is_truncated
    pixels = np.asarray(open_upright(image.file))[..., 0]
    assert (pixels[:11, 32:] < 60).all()
    assert (pixels[14:] > 150).all()


def test_the_input_is_never_touched(tmp_path):
    source = make_voc(tmp_path / "in", 3)
    before = list_files(source)
    prepare(source, tmp_path / "out", width=20, grey=True)
    assert list_files(source) == before
    with pytest.raises(DataSetError, match="expected a folder outside"):
        prepare(source, source / "out", width=20)
    with pytest.raises(DataSetError, match="holds something"):
        prepare(source, source, width=20)
    assert list_files(source) == before


def test_voc_comes_out_as_voc(tmp_path):
    made = prepare(make_voc(tmp_path / "in", 4), tmp_path / "out", width=80)
    assert made == Prepared(4, 6, 0, 0)
    data = load_data_set(tmp_path / "out")
    assert data.problems == ()
    assert sorted(p.name for p in (tmp_path / "out").glob("*.xml")) == [
        f"{k}.xml" for k in range(4)
    ]
    assert [box.box for box in data.images[1].boxes] == [(6, 4, 18, 24), (20, 40, 40, 60)]


def test_coco_comes_out_as_coco(tmp_path):
    make_coco(tmp_path / "in")
    prepare(tmp_path / "in", tmp_path / "out", width=80)
    data = load_data_set(tmp_path / "out")
    (image,) = data.images
    assert data.labels == {1: "mark", 2: "stamp"}
    assert (image.name, image.kind, image.width, image.height) == ("a.png", "book", 80, 60)
    assert [box.box for box in image.boxes] == [(6, 4, 18, 25), (20, 40, 40, 60)]
    assert [(box.is_crowd, box.x_height) for box in image.boxes] == [(False, 9.0), (True, None)]


def test_odd_names_and_kinds_do_not_collide(tmp_path):
    source = tmp_path / "in"
    for k, name in enumerate(("a.jpg", "a.png", "b.bmp")):
        draw_picture(source / name, shade=100 + k)
        write_voc_xml(source / f"{k}.xml", name, voc_object("x", (1, 2, 9, 9)))
    prepare(source, tmp_path / "out")
    data = load_data_set(tmp_path / "out")
    assert data.problems == ()
    assert [image.name for image in data.images] == ["a.jpg", "a.png", "b.bmp.png"]
    with Image.open(tmp_path / "out" / "b.bmp.png") as copy:
        assert copy.format == "PNG"


def test_a_crop_marks_what_it_cuts_and_drops_what_it_cuts_off():
    boxes = (
        LabelledBox("whole", (0, 5, 30, 35)),
        LabelledBox("cut a little", (0, 4, 10, 14)),
        LabelledBox("mostly cut", (0, 0, 10, 8)),
        LabelledBox("cut off", (0, 0, 10, 5)),
        LabelledBox("sticks out", (-0.05, 10, 10, 20)),
    )
    image = LabelledImage("a", None, 40, 30, boxes)
    made = prepare_boxes(image, Preparation(square=True))
    assert (made.width, made.height) == (30, 30)
    assert {box.label: (box.is_truncated, box.is_difficult) for box in made.boxes} == {
        "whole": (False, False),
        "cut a little": (True, False),
        "mostly cut": (True, True),
        "sticks out": (False, False),
    }
    assert made.boxes[0].box == (0, 0, 30, 30)


@pytest.mark.parametrize(
    ("plan", "level"),
    [
        (Preparation(), 100),
        (Preparation(brightness=0.5), 50),
        (Preparation(brightness=1.5), 150),
        (Preparation(contrast=0.0), 100),
        (Preparation(sharpness=2.0), 100),
        (Preparation(width=10), 100),
    ],
)
def test_factors_are_pillows(plan, level):
    made = prepare_picture(Image.new("RGB", (40, 30), (100, 100, 100)), plan)
    assert made.getpixel((1, 1)) == (level,) * 3
    assert made.size == ((10, 8) if plan.width else (40, 30))


def test_grey_is_one_channel():
    made = prepare_picture(Image.new("RGB", (4, 3), (255, 0, 0)), Preparation(grey=True))
    assert (made.mode, made.getpixel((0, 0))) == ("L", 76)


def test_contrast_spreads_the_shades():
    picture = Image.new("L", (2, 1))
    picture.putpixel((0, 0), 80)
    picture.putpixel((1, 0), 120)
    made = prepare_picture(picture, Preparation(contrast=2.0))
    assert [made.getpixel((x, 0)) for x in (0, 1)] == [60, 140]
