import http.server
import io
import tarfile
import threading
from functools import partial

import pytest
from fontTools.ttLib import TTFont
from typer.testing import CliRunner

from training.cli import app
from training.synth.fetch_fonts import (
    FAMILIES,
    FamilyPackage,
    choose_faces,
    fetch_families,
    read_families,
)
from training.synth.fonts import scan_fonts

FILE = "package/files/hand-latin-{}.woff"


def web_font(path):
    with TTFont(path) as font:
        font.flavor = "woff"
        packed = io.BytesIO()
        font.save(packed)
    return packed.getvalue()


@pytest.fixture
def registry(tmp_path):
    """Serve one family, in two weights, and an archive that is none."""
    served = tmp_path / "registry"
    family = FamilyPackage("hand", "5.0.1")
    archive = served / family.path
    archive.parent.mkdir(parents=True)
    face = next(face for face in scan_fonts() if face.style in {"Book", "Regular"})
    content = web_font(face.path)
    with tarfile.open(archive, "w:gz") as tar:
        for part in ("400-normal", "700-normal", "900-normal"):
            file = tarfile.TarInfo(FILE.format(part))
            file.size = len(content)
            tar.addfile(file, io.BytesIO(content))
    broken = served / FamilyPackage("broken", "1.0.0").path
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no archive")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_faces_that_arrive_can_set_links(registry, tmp_path):
    folder = tmp_path / "fonts"
    failed = fetch_families([FamilyPackage("hand", "5.0.1")], folder, registry=registry)
    assert not failed
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["hand-latin-400-normal.ttf", "hand-latin-700-normal.ttf"]
    assert len(scan_fonts([folder])) == 2


def test_what_cannot_be_fetched_is_told_and_the_rest_arrives(registry, tmp_path):
    wanted = [FamilyPackage(name, "1.0.0") for name in ("broken", "missing")]
    wanted.append(FamilyPackage("hand", "5.0.1"))
    assert fetch_families(wanted, tmp_path / "fonts", registry=registry) == wanted[:2]
    assert not list((tmp_path / "fonts").glob("*.partial"))


def test_a_family_that_is_there_is_not_fetched_again(tmp_path):
    (tmp_path / "hand-latin-400-normal.ttf").touch()
    gone = "http://127.0.0.1:1"
    assert not fetch_families([FamilyPackage("hand", "5.0.1")], tmp_path, registry=gone)


def test_a_family_without_the_usual_weights_gives_those_next_to_them():
    parts = ("300-normal", "300-italic", "600-normal", "800-normal")
    chosen = choose_faces([FILE.format(part) for part in parts] + ["package/README.md"])
    assert chosen == [FILE.format(part) for part in parts[:3]]
    assert choose_faces(["package/files/hand-greek-400-normal.woff"]) == []


def test_the_list_that_ships_names_each_family_once():
    names = [family.name for family in read_families(FAMILIES)]
    assert len(names) == len(set(names)) > 1500


def test_the_command_fails_where_a_family_does(registry, tmp_path):
    wanted = tmp_path / "families.txt"
    wanted.write_text("hand 5.0.1\nmissing 1.0.0\n")
    options = ["--families", str(wanted), "--registry", registry]
    result = CliRunner().invoke(app, ["fonts", str(tmp_path / "fonts"), *options])
    assert result.exit_code == 1
    assert "1 of 2 families" in result.output
