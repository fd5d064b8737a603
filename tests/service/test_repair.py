import pytest

from service.host import HostChecker
from service.repair import has_even_case, nearest, repair_host, repair_path, repair_port


@pytest.mark.parametrize(
    ("read", "repaired"),
    [
        ("www.debian.org", "www.debian.org"),
        ("www. debian .org", "www.debian.org"),
        ("www.debian org", "www.debian.org"),
        ("debian,org", "debian.org"),
        ("www-debian.org", "www.debian.org"),
        ("debian.0rg", "debian.org"),
        ("debian.c0m", "debian.com"),
        ("my-host.org", "my-host.org"),
        ("no-such.suffixes", "no-such.suffixes"),
        ("189.79.171.9o", "189.79.171.90"),
        ("l92.i68.0.1", "192.168.0.1"),
        ("so.so.so.so", "so.so.so.so"),
        ("1.2.3.999", "1.2.3.999"),
        ("debian.orglguide", "debian.org/guide"),
        ("debian.orgIguide.html", "debian.org/guide.html"),
        ("printer.comlab.corp", "printer.comlab.corp"),
        ("debian.orgl", "debian.orgl"),
    ],
)
def test_a_host_is_repaired_only_where_it_is_none(read, repaired):
    assert repair_host(read, HostChecker().is_plausible) == repaired


@pytest.mark.parametrize(
    ("read", "repaired"),
    [
        ("wwW.debian.org", "www.debian.org"),
        ("WWW.DoCS.DEBIAN.ORG", "WWW.DOCS.DEBIAN.ORG"),
        ("ENQUIRER.APp", "ENQUIRER.APP"),
        ("iPHONE.COM", "iPHONE.COM"),
        ("GITHuB.de", "GITHuB.de"),
        ("www.Science.org", "www.Science.org"),
        ("www.YouTube.com", "www.YouTube.com"),
        ("MyShop.com", "MyShop.com"),
        ("x.Co", "x.Co"),
        ("news.example.Co.uk", "news.example.co.uk"),
        ("www.debian.Org", "www.debian.org"),
        ("www.Sun.de", "www.Sun.de"),
    ],
)
def test_letters_that_look_alike_in_both_cases_take_that_of_the_others(read, repaired):
    assert repair_host(read, HostChecker().is_plausible) == repaired


@pytest.mark.parametrize(
    ("host", "read", "is_even"),
    [
        ("www.debian.org", "www.debian.org", True),
        ("WWW.DEBIAN.ORG", "wWW.DEBIAN.ORG", True),
        ("www.Debian-Club.org", "www.Debian-Club.org", True),
        ("www.DebianClub.org", "www.DebianClub.org", False),
        ("vsoa.de", "vsOa.de", False),
    ],
)
def test_a_capital_within_a_word_is_odd_in_a_host(host, read, is_even):
    assert has_even_case(host, read) == is_even


@pytest.mark.parametrize(
    ("read", "repaired"),
    [
        ("a/b.html", "a/b.html"),
        ("a/b.htm1", "a/b.html"),
        ("a/b html", "a/b.html"),
        ("a/b. pdf", "a/b.pdf"),
        ("a/b.pdt?x=1", "a/b.pdf?x=1"),
        ("a/b .c", "a/b.c"),
        ("a/v2.22", "a/v2.22"),
        ("", ""),
    ],
)
def test_a_file_ending_is_put_right_and_spaces_go(read, repaired):
    assert repair_path(read) == repaired


@pytest.mark.parametrize(
    ("read", "repaired"),
    [
        (":8080", ":8080"),
        (":8o8O", ":8080"),
        (": 80", ":80"),
        (":3000--", ":3000"),
        (":x1", ":x1"),
        ("", ""),
    ],
)
def test_a_port_is_put_into_digits(read, repaired):
    assert repair_port(read) == repaired


def test_the_nearest_word_is_one_look_alike_away_and_the_only_one():
    assert nearest("htm1", ("html", "htm")) == "html"
    assert nearest("hxml", ("html",)) is None
    assert nearest("1b", ("lb", "Ib")) is None
