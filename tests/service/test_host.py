import pytest

from service.host import HostChecker
from service.records import Host

HOSTS = HostChecker()


@pytest.mark.parametrize(
    "host",
    [
        "t.co",
        "x.com",
        "foo.technology",
        "192.168.0.1",
        "[2001:db8::1]",
        "localhost",
        "printer.local",
        "bücher.de",
        "en.wikipedia.org",
        "www.t.co",
        "www2.de",
        "a.example",
    ],
)
def test_a_host_with_a_known_suffix_or_an_address_is_plausible(host):
    assert HOSTS.is_plausible(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "www",
        "gitlab",
        "a..org",
        "-a.org",
        "a-.org",
        "debian.orq",
        "com",
        "999.1.1.1",
        "www.co",
    ],
)
def test_anything_else_is_not(host):
    assert not HOSTS.is_plausible(host)


def test_the_registrable_domain_is_below_the_public_suffix():
    assert HOSTS.describe("www.example.co.uk") == Host("example.co.uk", None, mixed_script=False)
    assert HOSTS.describe("10.0.0.1") == Host(None, None, mixed_script=False, is_ip=True)


def test_letters_beyond_ascii_are_told_with_their_punycode():
    assert HOSTS.describe("bücher.de") == Host("bücher.de", "xn--bcher-kva.de", mixed_script=False)


def test_two_scripts_in_one_host_are_told():
    assert HOSTS.describe("pаypal.com").mixed_script
