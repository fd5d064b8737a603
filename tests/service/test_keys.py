"""Keys are kept as hashes, and a change of their file is seen at once."""

import pytest
import structlog

from service.errors import KeysFileError
from service.keys import Key, KeyRing, digest_secret, make_secret, read_keys, write_keys

SECRET = "plk_one"
DIGEST = digest_secret(SECRET)


def test_secrets_differ_and_the_file_has_only_their_hashes(tmp_path):
    path, secret = tmp_path / "sub" / "keys", make_secret()
    assert secret != make_secret()
    keys = [Key("phone", digest_secret(secret)), Key("kiosk", DIGEST, 600)]
    write_keys(path, keys)
    assert read_keys(path) == keys
    assert secret not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["keys"]


def test_comments_and_empty_lines_are_passed_over(tmp_path):
    path = tmp_path / "keys"
    path.write_text(f"# ours\n\n  phone {DIGEST} 60\n")
    assert read_keys(path) == [Key("phone", DIGEST, 60)]


@pytest.mark.parametrize(
    "text",
    [
        "phone",
        f"phone {SECRET}",
        f"phone {DIGEST} many",
        f"a b {DIGEST}",
        f"a {DIGEST}\nb {DIGEST}",
        f"a {DIGEST}\na {digest_secret('other')}",
    ],
)
def test_a_file_that_cannot_be_understood_is_refused(tmp_path, text):
    path = tmp_path / "keys"
    path.write_text(text)
    with pytest.raises(KeysFileError):
        read_keys(path)


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(KeysFileError, match="printlink keys add NAME"):
        KeyRing(tmp_path / "none")


def test_keys_come_and_go_with_the_file(tmp_path):
    path = tmp_path / "keys"
    write_keys(path, [Key("phone", DIGEST)])
    ring = KeyRing(path)
    assert ring.find(DIGEST) == Key("phone", DIGEST)
    assert ring.find(digest_secret("other")) is None
    write_keys(path, [])
    assert ring.find(DIGEST) is None


def test_a_file_that_breaks_keeps_the_keys_and_is_told_once(tmp_path):
    path = tmp_path / "keys"
    write_keys(path, [Key("phone", DIGEST)])
    ring = KeyRing(path)
    path.write_text("half a li")
    with structlog.testing.capture_logs() as told:
        ring._log = structlog.get_logger("printlink")
        assert ring.find(DIGEST) == Key("phone", DIGEST)
        assert ring.find(DIGEST) == Key("phone", DIGEST)
    assert [line["event"] for line in told] == ["keys_not_read"]
