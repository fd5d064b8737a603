"""The scripts that `make` sets a machine up with, run among stubs instead of the real programs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[1] / "deploy" / "setup"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """The only folder on the PATH: enough for a shell script to run."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "env", "dirname", "grep"):
        (folder / name).symlink_to(shutil.which(name))
    put_stub(folder, "uname", "echo Linux")
    return folder


def put_stub(programs: Path, name: str, script: str) -> None:
    path = programs / name
    path.write_text(f"#!{shutil.which('sh')}\n{script}\n")
    path.chmod(0o755)


def put_apt(programs: Path, *, user_id: int) -> None:
    put_stub(programs, "dpkg", '[ "$2" = here ]')
    put_stub(programs, "id", f"echo {user_id}")
    put_stub(programs, "apt-get", f'echo "$*" >> {programs.parent}/apt.log')


def run_setup(programs: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SETUP / script, *arguments],
        env={"PATH": str(programs), "LANG": os.environ.get("LANG", "C")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_packages_that_are_there_need_nothing(programs):
    put_apt(programs, user_id=1000)
    ran = run_setup(programs, "packages.sh", "here")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_root_installs_what_is_missing_and_no_more(programs, tmp_path):
    put_apt(programs, user_id=0)
    assert run_setup(programs, "packages.sh", "here", "one", "two").returncode == 0
    update, install = (tmp_path / "apt.log").read_text().splitlines()
    assert update.endswith(" update")
    assert install.endswith(" install -y --no-install-recommends one two")


def test_without_rights_the_exact_command_is_told(programs, tmp_path):
    put_apt(programs, user_id=1000)
    ran = run_setup(programs, "packages.sh", "here", "one", "two")
    assert ran.returncode == 1
    assert "    sudo apt-get update && sudo apt-get install -y one two\n" in ran.stderr
    assert not (tmp_path / "apt.log").exists()


def test_sudo_is_used_where_it_asks_for_no_password(programs, tmp_path):
    put_apt(programs, user_id=1000)
    put_stub(programs, "sudo", '[ "$1" = -n ] && shift && [ "$1" = true ] || exec "$@"')
    assert run_setup(programs, "packages.sh", "one").returncode == 0
    assert "install -y" in (tmp_path / "apt.log").read_text()


def test_a_system_without_apt_is_told_the_packages(programs):
    ran = run_setup(programs, "packages.sh", "one")
    assert ran.returncode == 1
    assert "install what Debian calls one" in ran.stderr


def test_a_tesseract_that_reads_english_is_taken(programs):
    put_stub(programs, "tesseract", "echo osd; echo eng")
    assert run_setup(programs, "tesseract.sh").returncode == 0


def test_tesseract_is_installed_where_it_is_missing(programs, tmp_path):
    put_apt(programs, user_id=0)
    ran = run_setup(programs, "tesseract.sh")
    assert (tmp_path / "apt.log").read_text().endswith("tesseract-ocr tesseract-ocr-eng\n")
    assert ran.returncode == 1
    assert "set TESSDATA_PREFIX to the\nfolder that holds eng.traineddata" in ran.stderr


def test_a_mac_without_homebrew_is_told_what_to_run(programs):
    put_stub(programs, "uname", "echo Darwin")
    ran = run_setup(programs, "tesseract.sh")
    assert ran.returncode == 1
    assert "    brew install tesseract\n" in ran.stderr


def test_a_mac_with_homebrew_installs_tesseract(programs):
    put_stub(programs, "uname", "echo Darwin")
    put_stub(
        programs,
        "brew",
        f'[ "$*" = "install tesseract" ] && echo "echo eng" > {programs}/tesseract',
    )
    put_stub(programs, "tesseract", "exit 1")
    assert run_setup(programs, "tesseract.sh").returncode == 0


def test_a_browser_that_is_there_is_taken(programs):
    put_stub(programs, "google-chrome", "exit 1")
    assert run_setup(programs, "browser.sh").returncode == 0


def test_a_browser_is_installed_where_there_is_none(programs, tmp_path):
    put_apt(programs, user_id=0)
    assert run_setup(programs, "browser.sh").returncode == 0
    assert (tmp_path / "apt.log").read_text().endswith(" --no-install-recommends chromium\n")


def test_a_mac_without_chrome_is_told_where_it_is(programs):
    put_stub(programs, "uname", "echo Darwin")
    ran = run_setup(programs, "browser.sh")
    assert ran.returncode == 1
    assert "https://www.google.com/chrome" in ran.stderr


def test_a_machine_without_python_is_told_so(programs, tmp_path):
    ran = run_setup(programs, "uv.sh", str(tmp_path / "tools"))
    assert ran.returncode == 1
    assert "install Python 3.11 or newer" in ran.stderr


def test_uv_comes_by_pip_where_python_cannot_make_environments(programs, tmp_path):
    put_stub(programs, "python3", f'[ "$1" = -m ] && echo "$*" >> {tmp_path}/python.log')
    assert run_setup(programs, "uv.sh", str(tmp_path / "tools")).returncode == 0
    assert (
        f"pip install --quiet --upgrade --target {tmp_path}/tools uv>=0.8"
        in (tmp_path / "python.log").read_text()
    )
