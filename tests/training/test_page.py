"""Pages hold the links they claim, where they claim them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.test_urls import WORDS
from training.synth.blocks import Blocks
from training.synth.flow import Column, LinkWord, Setting, flow
from training.synth.fonts import FONT_FOLDERS, Face, FontBook, scan_fonts, split_fonts
from training.synth.page import Composer
from training.synth.prose import Prose
from training.synth.sheet import Sheet, Type
from training.synth.style import pick_style, size_for
from training.synth.urls import Lookalike
from training.synth.vocabulary import Vocabulary

# Two families, one on either side of the split; other systems look through all they have.
FEW = [Path("/usr/share/fonts/truetype") / name for name in ("dejavu", "liberation")]


@pytest.fixture(scope="module")
def faces():
    return scan_fonts(FEW if all(folder.is_dir() for folder in FEW) else FONT_FOLDERS)


@pytest.fixture(scope="module")
def setting(faces):
    face = next(f for f in faces if not f.is_italic)
    type_ = Type(face, size_for(face, 12.0), (0, 0, 0))
    return Setting(body=type_, link=type_, leading=30.0, justified=False)


def set_words(setting, words, *, width=600, height=200):
    sheet = Sheet(width, height, (255, 255, 255))
    bottom = flow(sheet, Column(10, 10, width - 20, height), 10, words, setting)
    return sheet.finish("book", is_dark=False), bottom


def ink_box(pixels):
    rows, columns = np.nonzero(pixels[..., 0] < 128)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_prefix_quad_surrounds_the_ink_of_the_prefix(setting):
    page, _ = set_words(setting, [LinkWord("http", "http://")])
    (link,) = page.links
    left, top, right, bottom = ink_box(page.pixels)
    bearing = setting.link.size * 0.15  # quads reach from pen to pen, ink stays a little inside
    assert link.prefix[0][0] == pytest.approx(left, abs=bearing)
    assert link.prefix[1][0] == pytest.approx(right, abs=bearing)
    assert link.prefix[0][1] >= top - 1
    assert link.prefix[2][1] <= bottom + 1


def test_a_page_notes_where_its_look_alikes_start(setting):
    page, _ = set_words(setting, ["ratio", Lookalike("hops:/prague-by-night"), "or"])
    bare, _ = set_words(setting, ["ratio", LinkWord("http", "hops:/pr")])
    assert not page.links
    (decoy,) = page.decoys
    np.testing.assert_allclose(decoy.quad, bare.links[0].lines[0], atol=0.01)
    assert decoy.x_height == setting.body.x_height


def test_brackets_lie_outside_the_link(setting):
    bare, _ = set_words(setting, [LinkWord("http", "http://ab.de")])
    page, _ = set_words(setting, [LinkWord("http", "http://ab.de", "(", ").")])
    shift = setting.body.width("(")
    np.testing.assert_allclose(
        page.links[0].lines[0], bare.links[0].lines[0] + [shift, 0], atol=1.0
    )


def test_long_link_goes_on_below_after_punctuation(setting):
    url = "https://" + "/".join(["segment"] * 14)
    page, bottom = set_words(setting, ["word", LinkWord("https", url), "end"])
    (link,) = page.links
    assert len(link.lines) > 1
    assert all(line[1][0] <= 595 for line in link.lines)
    assert bottom > 10 + 2 * setting.leading


def test_what_follows_a_link_that_ends_its_line_is_noted(setting):
    link = LinkWord("http", "http://" + "m" * 16)
    for words, after, has_following in (
        (["m", link, "m" * 20, "line"], "", True),
        (["m", link, "m" * 20, "line"], ".", False),
        (["m", link], "", False),
        ([link, "m", "m" * 20], "", False),
    ):
        page, _ = set_words(
            setting, [replace(link, after=after) if word is link else word for word in words]
        )
        (found,) = page.links
        assert (found.following is not None) == has_following
        if found.following is not None:
            assert found.following[0][0] < 40
            assert found.following[0][1] > found.lines[-1][0][1] + 10


@pytest.mark.parametrize(("below", "has_following"), [(0.0, True), (1.0, False)])
def test_what_follows_a_link_may_be_the_next_blocks_first_word(setting, below, has_following):
    sheet = Sheet(600, 400, (255, 255, 255))
    column = Column(10, 10, 580, 400)
    link = LinkWord("http", "http://example.org")
    bottom = flow(sheet, column, 10, ["word", link], setting)
    flow(sheet, column, bottom + below * setting.leading, ["more", "words"], setting)
    (found,) = sheet.finish("book", is_dark=False).links
    assert (found.following is not None) == has_following


def test_a_link_is_cut_where_its_column_ends_before_it_does(setting):
    url = "https://" + "/".join(["segment"] * 14)
    page, _ = set_words(setting, [LinkWord("https", url), *["word"] * 200, LinkWord("https", url)])
    assert [link.is_cut for link in page.links] == [False]
    long = "https://" + "/".join(["segment"] * 200)
    page, _ = set_words(setting, [LinkWord("https", long)])
    assert [link.is_cut for link in page.links] == [True]


def test_unbreakable_link_that_is_too_wide_is_left_out(setting):
    whole = replace(setting, breaks_links=False)
    page, _ = set_words(whole, [LinkWord("http", "http://" + "m" * 90)])
    assert page.links == ()


@pytest.mark.parametrize("seed", range(4))
def test_a_figure_leaves_the_descenders_above_it_clear(faces, setting, seed):
    rng = np.random.default_rng(seed)
    style = pick_style(FontBook(faces), rng, "card", (0, 0, 0), is_dark=False)
    sheet, column = Sheet(600, 400, (255, 255, 255)), Column(10, 10, 580, 380)
    tight = replace(setting, leading=setting.body.size * 1.1)
    below = flow(sheet, column, 10, ["gjpqy"], tight)
    before = np.array(sheet.image)
    _, _, _, foot = ink_box(before)
    Blocks(sheet, style, Vocabulary(Prose(WORDS)), rng, 0.03).figure(
        column, below, leading=tight.leading
    )
    after = np.array(sheet.image)
    assert (after[:foot] == before[:foot]).all()
    assert (after[foot:] != before[foot:]).any()


def test_nothing_is_set_below_the_column(setting):
    page, bottom = set_words(setting, ["word"] * 500)
    assert bottom <= 230
    assert page.pixels.shape == (200, 600, 3)


def test_families_are_split_without_overlap(faces):
    train = {face.family for face in split_fonts(faces, "train")}
    test = {face.family for face in split_fonts(faces, "test")}
    assert not train & test
    assert train | test == {face.family for face in faces}
    with pytest.raises(ValueError, match="'train' or 'test'"):
        split_fonts(faces, "validation")


def test_no_fonts_is_told_plainly():
    with pytest.raises(ValueError, match="make fonts"):
        FontBook([])


def test_the_common_families_can_be_had_alone():
    faces = [Face("a.ttf", "DejaVu Sans", "Book"), Face("b.ttf", "Junkyard", "Regular")]
    assert FontBook(faces).of_common().names == ["DejaVu Sans"]


def test_same_seed_composes_the_same_page(faces):
    composer = Composer(FontBook(faces), Prose(WORDS))
    one, two = (composer.page(np.random.default_rng(4), 500, 600, link_rate=0.2) for _ in range(2))
    np.testing.assert_array_equal(one.pixels, two.pixels)
    assert [link.url for link in one.links] == [link.url for link in two.links]


def test_every_kind_of_page_is_composed(faces):
    composer = Composer(FontBook(faces), Prose(WORDS))
    pages = [
        composer.page(np.random.default_rng(seed), 500, 600, link_rate=0.2) for seed in range(30)
    ]
    assert {page.kind for page in pages} == {"book", "article", "manual", "slide", "poster", "card"}
    assert any(page.is_dark for page in pages)
    for page in pages:
        for link in page.links:
            assert link.x_height > 3
            assert link.prefix[1][0] > link.prefix[0][0]
