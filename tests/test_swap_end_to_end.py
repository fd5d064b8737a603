"""A real server under load, whose detector is swapped: no request fails, and memory stays."""

import re
import shutil
import subprocess
import time

import httpx
import pytest

from bench.serving import PRINTLINK
from bench.swaps import Load, copy_detector, serve_store, served_version, swap_once, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A store with versions 1 and 2 of the shipped detector, and a server that serves 2."""
    store = copy_detector(tmp_path_factory.mktemp("swap") / "store", versions=(1, 2))
    with serve_store(store, PRINTLINK_DETECT__WARMUP_SIZES_PX="[[1080, 1440]]") as server:
        yield store, server


def test_no_request_fails_while_versions_change_under_load(running):
    store, server = running
    load = Load(server.url)
    with load.keep_up():
        wait_until(lambda: len(load.answers) >= 2, "no answers")
        for version in (1, 2, 1, 2):
            swap_once(store, server, version, settle_s=0.5)
        answered = len(load.answers)
        wait_until(lambda: len(load.answers) > answered + 4, "no answers after the last swap")
    assert load.failures == []
    versions = [version for *_, version in load.answers]
    assert (versions[0], set(versions), versions[-1]) == (2, {1, 2}, 2)


def test_memory_stays_bounded_over_swaps(running):
    store, server = running
    resident = [
        swap_once(store, server, version, settle_s=1.0).resident_mb
        for version in (1, 2, 1, 2, 1, 2)
    ]
    # Five models that were kept would be 250 MB.
    assert resident[-1] - resident[0] < 120


def test_bad_versions_are_refused_a_good_one_serves_and_a_rollback_ends_that(running, tmp_path):
    store, server = running
    command("models stable links latest", store)
    made = copy_detector(tmp_path, versions=(8, 9, 10)).folder_of("links")
    (made / "8" / "variables" / "variables.index").unlink()
    (made / "9" / "saved_model.pb").write_bytes(b"other")
    for bad in ("8", "9"):
        (made / bad).rename(store.folder_of("links") / bad)
    wait_until(lambda: refused(server.url) >= {"torn", "tampered"}, "nothing was refused")
    assert served_version(server.url) == 2
    (made / "10").rename(store.folder_of("links") / "10")
    wait_until(lambda: served_version(server.url) == 10, "version 10 never served")
    command("models stable links 2", store)
    wait_until(lambda: served_version(server.url) == 2, "version 2 never came back")
    command("models rollback links", store)
    wait_until(lambda: served_version(server.url) == 10, "version 10 never came back")


def test_a_version_that_is_copied_in_file_by_file_serves_once_it_is_whole(running, tmp_path):
    store, server = running
    command("models stable links latest", store)
    made = copy_detector(tmp_path, versions=(20,)).folder_of("links") / "20"
    place = store.folder_of("links") / "20"
    files = [path for path in made.rglob("*") if path.is_file()]
    # The manifest comes first, so that most of what it lists is missing for a while.
    for path in sorted(files, key=lambda path: path.name != "manifest.json"):
        assert served_version(server.url) != 20
        target = place / path.relative_to(made)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
        time.sleep(0.3)
    wait_until(lambda: served_version(server.url) == 20, "version 20 never served")


def command(line, store):
    subprocess.run([*PRINTLINK, *line.split(), "--store", store.root], check=True)


def refused(url):
    """Return why versions were refused."""
    text = httpx.get(f"{url}/metrics", timeout=60).text
    return set(re.findall(r'printlink_models_refused_total\{reason="(\w+)"\}', text))
