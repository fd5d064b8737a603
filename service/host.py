"""The host of a link: whether it can be one, and what a person should know about it."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import tldextract
from ada_url import idna_to_ascii

from service.records import Host

if TYPE_CHECKING:
    from collections.abc import Callable

# RFC 2606, RFC 6762, RFC 7686: no public suffixes, yet printed in books and on devices.
_SPECIAL_SUFFIXES: Final = frozenset(("example", "test", "local", "onion"))
_KEPT_HOSTS = 256
# Hardly anybody has `www.co`, but a host may be broken behind what looks like a suffix.
_WWW: Final = "www"
_LABEL = re.compile(r"^(?!-)[^\W_]([\w-]{0,61}[^\W_])?$")


class HostChecker:
    """Knows the public suffix list, as bundled: nothing is fetched."""

    def __init__(self) -> None:
        """Load the list once."""
        # The same hosts are asked for again and again while a link's end is looked for.
        self.is_plausible = lru_cache(maxsize=_KEPT_HOSTS)(self._is_plausible)
        self._extract: Callable[[str], tldextract.tldextract.ExtractResult]
        self._extract = tldextract.TLDExtract(
            suffix_list_urls=(), cache_dir=None, include_psl_private_domains=False
        )

    def _is_plausible(self, host: str) -> bool:
        """Tell whether `host` (no port) can be reached by name: IP, localhost or known suffix."""
        if is_ip(host) or host.lower() == "localhost":
            return True
        labels = host.split(".")
        if len(labels) < 2 or not all(_LABEL.match(label) for label in labels):
            return False
        if len(labels) == 2 and labels[0].lower() == _WWW:
            return False
        return labels[-1].lower() in _SPECIAL_SUFFIXES or self.registrable(host) is not None

    def registrable(self, host: str) -> str | None:
        """Return the domain that someone can register, `example.co.uk` of `www.example.co.uk`."""
        found = self._extract(host.lower())
        return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else None

    def describe(self, host: str, *, has_credentials: bool = False) -> Host:
        """Return the facts about `host`; whether a user stands before it the URL tells."""
        ascii_host = host if host.isascii() else idna_to_ascii(host).decode()
        return Host(
            registrable=None if is_ip(host) else self.registrable(host),
            punycode=ascii_host if ascii_host != host or "xn--" in host else None,
            mixed_script=len(_scripts(host)) > 1,
            is_ip=is_ip(host),
            has_credentials=has_credentials,
        )


def is_ip(host: str) -> bool:
    """Tell whether `host` is an address, an IPv6 one in brackets."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _scripts(host: str) -> set[str]:
    """Return the scripts of the letters: the first word of their Unicode names."""
    return {unicodedata.name(letter, "?").split()[0] for letter in host if letter.isalpha()}
