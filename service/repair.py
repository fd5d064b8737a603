"""Repairs of damage that the grammar of URLs shows, and of nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from service.lookalikes import DIGITS, is_lookalike

if TYPE_CHECKING:
    from collections.abc import Callable

FILE_ENDINGS: Final = (
    "html", "htm", "pdf", "php", "aspx", "asp", "jsp", "txt", "zip", "xml", "png", "jpg", "gz",
)  # fmt: skip
"""Endings of file names that are common in printed links."""

_COMMON_SUFFIXES: Final = ("com", "org", "net", "edu", "gov", "io", "de", "uk", "fr", "info")
# Letters that look alike in both cases but for their size.
_SAME_IN_BOTH: Final = frozenset("cosuvwxz")
_CAPITAL_WITHIN = re.compile(r"(?<=[^\W_])[A-Z]")
_ODD_CAPITAL = re.compile(r"(?<=\w)[COSUVWXZ]")
# What every name ends with, which nobody sets with a capital.
_ODD_SUFFIX = re.compile(r"(?<=\.)(?:Com?(?=\.[a-z]{2}$)|[COSUVWXZ][a-z]+$)")
_LEAST_LETTERS: Final = 2
# One small letter among more than so many capitals was misread.
_LEAST_CAPITALS: Final = 5
# What a slash looks like, behind a suffix and before a path.
_LIKE_A_SLASH = re.compile(
    rf"(?<=[a-z]{{3}})[lI1|](?=[\w-]{{2,}}(?:\.({'|'.join(FILE_ENDINGS)}))?$)"
)
_FILE_ENDING = re.compile(r"(?:\. ?| )(\w{2,4})(?=$|[?#])")


def repair_port(port: str) -> str:
    """Return `port`, a colon and what follows it, without spaces and in digits if that is all.

    Dashes at its end are what is left of a rule.
    """
    joined = port.replace(" ", "").rstrip("-")
    digits = _as_digits(joined[1:])
    return f":{digits}" if digits else joined


def repair_host(host: str, is_host: Callable[[str], bool]) -> str:
    """Return `host` without spaces, its dots put back, its suffix put right if that is certain.

    A space is what a reader leaves of a faint dot: it becomes one where the host needs it. Letters
    take the case of the others where nothing but their size tells it, which leads nowhere else.
    """
    return _even_case(_repair_marks(host, is_host))


def _repair_marks(host: str, is_host: Callable[[str], bool]) -> str:
    joined = re.sub(r"^www[-_:](?=\w)", "www.", re.sub(r"[,;]", ".", host.replace(" ", "")))
    dotted = re.sub(r"[ ,;:_]+", ".", host.strip())
    for candidate in (joined, dotted):
        tidy = re.sub(r"\.{2,}", ".", candidate).rstrip(".")
        if is_host(tidy):
            return tidy
    return _repair_address(joined) or _repair_suffix(joined, is_host)


def has_even_case(host: str, read: str) -> bool:
    """Tell whether `host`, read as `read`, is in one case but for capitals that begin a part of it.

    A capital that was read within small letters is no small one, which is lower, but a digit.
    """
    has_capital = _CAPITAL_WITHIN.search(read if host.islower() else host) is not None
    return host.isupper() or not has_capital


def _even_case(host: str) -> str:
    telling = [one for one in host if one.isalpha() and one.lower() not in _SAME_IN_BOTH]
    if len(telling) < _LEAST_LETTERS:
        return host
    small = [one for one in telling if one.islower()]
    is_slip = len(telling) > _LEAST_CAPITALS and len(small) == 1 and host[0] not in small
    if not small or is_slip:
        return host.upper()
    if all(one.islower() for one in telling):
        within = _ODD_CAPITAL.sub(lambda found: found.group().lower(), host)
        return _ODD_SUFFIX.sub(lambda found: found.group().lower(), within)
    return host


def repair_path(path: str) -> str:
    """Return `path` without spaces, a file ending like `.htm1` or ` html` put right."""
    found = _FILE_ENDING.search(path)
    if found and (ending := nearest(found.group(1), FILE_ENDINGS)):
        path = f"{path[: found.start()]}.{ending}{path[found.end() :]}"
    return path.replace(" ", "")


def nearest(read: str, words: tuple[str, ...]) -> str | None:
    """Return `read` if it is among `words`, else the only one a look-alike character away."""
    if read in words:
        return read
    near = [word for word in words if _is_one_lookalike_off(read, word)]
    return near[0] if len(near) == 1 else None


def _is_one_lookalike_off(read: str, word: str) -> bool:
    if len(read) != len(word):
        return False
    pairs = [(one, other) for one, other in zip(read, word, strict=True) if one != other]
    return len(pairs) == 1 and is_lookalike(*pairs[0])


def _as_digits(text: str) -> str | None:
    digits = "".join(DIGITS.get(one, one) for one in text)
    return digits if digits.isdecimal() else None


def _repair_address(host: str) -> str | None:
    """Return an IPv4 address whose digits were partly taken for letters, None if it is none."""
    parts = [_as_digits(part) for part in host.split(".")]
    if len(parts) != 4 or not any(part.isdecimal() for part in host.split(".")):
        return None
    is_address = all(part and len(part) <= 3 and int(part) < 256 for part in parts)
    return ".".join(part or "" for part in parts) if is_address else None


def _repair_suffix(host: str, is_host: Callable[[str], bool]) -> str:
    stem, _, suffix = host.rpartition(".")
    better = nearest(suffix.lower(), _COMMON_SUFFIXES)
    candidate = f"{stem}.{better}"
    if better and is_host(candidate):
        return candidate
    return _find_slash(host, is_host) or host


def _find_slash(host: str, is_host: Callable[[str], bool]) -> str | None:
    """Return a host and a path that were read as one host, the slash as a letter; None else."""
    places = [found.start() for found in _LIKE_A_SLASH.finditer(host)]
    split = next((place for place in places if is_host(host[:place])), None)
    return None if split is None else f"{host[:split]}/{host[split + 1 :]}"
