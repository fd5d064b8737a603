import cv2
import numpy as np
import pytest

from training.data.dataset import DataSetError, LabelledBox
from training.data.sheet import TILE_PX, draw_tile, save_sheet

WHITE = np.full((100, 200, 3), 255, np.uint8)
BOX = LabelledBox("b", (40, 60, 60, 140))


def colour_at(tile, row, column):
    """Return the colour on a box's edge, given in pixels of the picture before it was resized."""
    scale = tile.shape[1] / 200
    return tuple(int(v) for v in tile[round(row * scale), round(column * scale)])


def test_a_box_is_drawn_at_its_place_in_the_colour_of_its_class():
    tiles = [draw_tile(WHITE, [BOX], labels) for labels in (["a", "b"], ["b", "a"])]
    assert tiles[0].shape[1] == TILE_PX - 4
    edges = [colour_at(tile, 50, 60) for tile in tiles]
    assert edges[0] != edges[1]
    assert (255, 255, 255) not in edges
    assert colour_at(tiles[0], 50, 100) == (255, 255, 255)


def test_an_ignored_box_is_grey():
    crowd = LabelledBox("b", BOX.box, is_crowd=True)
    assert colour_at(draw_tile(WHITE, [crowd], ["b"]), 50, 60) == (150, 150, 150)


def test_a_sheet_has_a_tile_for_each_picture(tmp_path):
    tall = np.full((90, 30, 3), 255, np.uint8)
    save_sheet(tmp_path / "sheet.png", [(WHITE, (BOX,)), (tall, ()), (WHITE, ())], ["b"])
    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    assert sheet.shape == (2 * TILE_PX, 2 * TILE_PX, 3)
    assert (sheet[10, TILE_PX + 10] == 255).all()
    assert (sheet[-10, -10] == 40).all()


@pytest.mark.parametrize(("name", "pictures"), [("a.xyz", [(WHITE, ())]), ("a.png", [])])
def test_what_cannot_be_drawn_is_refused(tmp_path, name, pictures):
    with pytest.raises(DataSetError, match="expected"):
        save_sheet(tmp_path / name, pictures, [])
    assert list(tmp_path.iterdir()) == []
