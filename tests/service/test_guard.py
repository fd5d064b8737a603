"""Who is let in, with which key, from which page, and how often."""

import pytest
from starlette.datastructures import Headers

from service.errors import OriginError, RateLimitedError, UnauthorizedError
from service.guard import Guard, secret_in, secret_offered
from service.keys import Key, digest_secret, write_keys
from service.metrics import Metrics
from service.settings import AccessSettings

SECRET = "plk_one"
DIGEST = digest_secret(SECRET)


def make_guard(tmp_path, *keys, **settings):
    path = tmp_path / "keys"
    write_keys(path, keys or [Key("phone", DIGEST)])
    metrics = Metrics()
    guard = Guard(AccessSettings(keys_file=path, **settings), metrics)
    return guard, metrics, path


def test_without_keys_anybody_is_let_in_as_often_as_they_like():
    guard = Guard(AccessSettings(frames_per_minute=1, burst_frames=1), Metrics())
    caller = guard.admit(None)
    assert caller.name == "anyone"
    assert not guard.asks_for_keys
    assert {guard.spend_frame(caller) for _ in range(5)} == {0}


def test_a_key_is_known_by_its_hash(tmp_path):
    guard, metrics, _ = make_guard(tmp_path)
    assert guard.admit(SECRET).name == "phone"
    for wrong in (None, "", "plk_two", DIGEST):
        with pytest.raises(UnauthorizedError):
            guard.admit(wrong)
    assert metrics.registry.get_sample_value("printlink_auth_failures_total") == 4


def test_a_revoked_key_buys_no_more_frames(tmp_path):
    guard, _, path = make_guard(tmp_path)
    caller = guard.admit(SECRET)
    assert guard.spend_frame(caller) == 0
    write_keys(path, [Key("other", digest_secret("plk_two"))])
    with pytest.raises(UnauthorizedError, match="revoked"):
        guard.spend_frame(caller)


def test_each_key_has_its_own_frames(tmp_path):
    keys = [Key("a", DIGEST), Key("b", digest_secret("plk_two"), 6000)]
    guard, metrics, _ = make_guard(tmp_path, *keys, frames_per_minute=6, burst_frames=1)
    slow, fast = guard.admit(SECRET), guard.admit("plk_two")
    guard.charge_request(slow)
    with pytest.raises(RateLimitedError) as limited:
        guard.charge_request(slow)
    assert limited.value.retry_after_s == 10
    guard.charge_request(fast)
    assert 0 < guard.spend_frame(fast) <= 0.01
    assert metrics.registry.get_sample_value("printlink_rate_limited_total") == 2


def test_a_new_limit_counts_at_once(tmp_path):
    guard, _, path = make_guard(tmp_path, Key("a", DIGEST, 1), burst_frames=1)
    caller = guard.admit(SECRET)
    assert (guard.spend_frame(caller), guard.spend_frame(caller) > 0) == (0, True)
    write_keys(path, [Key("a", DIGEST, 0)])
    assert {guard.spend_frame(caller) for _ in range(5)} == {0}


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({"Authorization": "Bearer plk_one"}, SECRET),
        ({"Authorization": "bearer  plk_one "}, SECRET),
        ({"X-API-Key": "plk_one"}, SECRET),
        ({"Authorization": "Basic abc", "X-API-Key": "plk_one"}, SECRET),
        ({"Authorization": "Basic abc"}, None),
        ({"Authorization": "Bearer"}, None),
        ({}, None),
    ],
)
def test_the_key_stands_in_one_of_two_headers(headers, secret):
    assert secret_in(Headers(headers)) == secret


def test_the_key_may_be_a_sub_protocol():
    assert secret_offered(["printlink.v1", "printlink.key.plk_one"]) == SECRET
    assert secret_offered(["printlink.v1"]) is None


@pytest.mark.parametrize(
    ("origin", "allowed", "is_let_in"),
    [
        (None, (), True),
        ("http://here.example:8000", (), True),
        ("http://here.example", (), False),
        ("https://else.example", (), False),
        ("https://else.example", ("https://else.example",), True),
        ("https://else.example", ("*",), True),
        ("null", (), False),
    ],
)
def test_pages_of_other_sites_need_leave(origin, allowed, is_let_in):
    guard = Guard(AccessSettings(allowed_origins=allowed), Metrics())
    headers = Headers({"Host": "here.example:8000"} | ({"Origin": origin} if origin else {}))
    if is_let_in:
        guard.check_origin(headers)
    else:
        with pytest.raises(OriginError):
            guard.check_origin(headers)
