"""Wrapped links: whether a link that ends its line goes on in the line below.

A false join opens a wrong page, a missed one a shortened one: without evidence nothing is joined.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from service.prose import PROSE
from service.repair import FILE_ENDINGS
from service.scheme import PRINTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.records import TextLine

_HOST_END = re.compile(r"[/?#:]")
_ALWAYS_OPEN: Final = frozenset("_&=#%~+@-")
_JOINTS: Final = frozenset("/.")
_CONTINUING: Final = frozenset("/?&=#_~%.-")
_ABBREVIATIONS: Final = frozenset(("e.g", "i.e", "and/or", "w.r.t", "a.k.a", "cf", "etc", "vs"))
_URL_SHAPE = re.compile(r"\w(?:[/._?=&#~%]|/[~#?]|_\()\w|[a-z][A-Z]")
_URL_PART = re.compile(r"(?:^[/.?#&_~]|\w[/._?=&#~%])\w")
_FOLDERS = re.compile(r"(\w+/)+")
# Endings that are broken, too, but that words of prose about programs have as well.
_ENDINGS: Final = frozenset(
    (*FILE_ENDINGS, "json", "cgi", "jpeg", "xhtml", "shtml", "yaml", "epub")
)
# What prose has no word like: two marks of a link, a folder, a fragment, a file, its name's end.
_SURE_PART = re.compile(
    r"[/?=&#%~].*[/?=&#%~._-]|[._-].*[/?=&#%~]|\w/$|\w#\w"
    rf"|\.({'|'.join(FILE_ENDINGS)})$|^\w{{1,2}}\.({'|'.join(sorted(_ENDINGS))})$"
)
_LEAST_HYPHENS: Final = 2
_SURE_SLUG_WORDS: Final = 5
# What prose has few of, and those are names, or words that nothing else goes on with either.
_PAIR = re.compile(r"([\w%-]+)/[\w%-]+")
_BEGUN_ADDRESS = re.compile(r"//\d{1,3}(\.\d{1,3}){0,2}$")
_FILE = re.compile(rf"/.*\.({'|'.join(FILE_ENDINGS)})\.?$")
# Queries and fragments hold few stops.
_STOP_BEHIND_NAMES = re.compile(r"[?#].*[^?#]\.$")
_BEGUN_VERSION = re.compile(r"/(v?)\d+\.$")
_VERSION_REST = re.compile(r"\d+(/[\w./-]*)?")
_BEGUN_ENDING = re.compile(r"/.*\.(\w{1,3})$")
_BEHIND_SLASH: Final = frozenset("~#?")
_TWO_MARKS: Final = ("/~", "/?", "/#", "_(")
_WITHIN_NAMES: Final = frozenset("._-")
_WITHIN_QUERIES: Final = frozenset("=&")
# A stop behind what no link is broken at ends a sentence.
_BEHIND_END: Final = frozenset(".?:")
_FULL_ENDS: Final = frozenset("/)")
_BEHIND_STOP: Final = frozenset("?:")
# A list's number, a note's, what goes on in brackets or begins a quotation or a comment, what is
# set between stars, a call of a function, marks that no link has, what a card has before a number
# or an address.
_NO_PART = re.compile(
    r"[\[(*]\w|[\"“„]|/[/*]|\d+\.$|.*(\w\(\)|[|{}\\^`])|[A-Z][\w-]*:$|(Tel|Fax|Mob|Ph)[.,]$"
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_PARAMETER = re.compile(r"\w+=[\w./?=&#%~+:-]*")
_QUERY = re.compile(r"\?\w+=")
_OPEN_PARAMETER = re.compile(r"[?&]\w+$")
_SPACE_END: Final = "%20"
_LONG_NUMBER = re.compile(r"\d{3,}")
_PORT = re.compile(r"\d{2,5}(?=/|$)")
_PART = re.compile(r"[\w./?=&#%~+:()-]+")
# A port's end; noughts that stand alone look like letters. Hardly any port is shorter.
_PORT_END = re.compile(r"//[^/?#:]+:\d+$")
_BEGUN_PORT = re.compile(r"//[^/?#:]+:(\d{1,3})$")
_PORT_REST = re.compile(r"[\doO]{1,3}(?:/.*)?")
_SHORT_PORTS: Final = frozenset(("21", "22", "25", "80", "81", "88", "443", "631", "873", "993"))
_BARS: Final = frozenset("|\\¦ ")
_BRACKETS: Final = {")": "(", "]": "[", ">": "<"}
_LEAST_TITLE: Final = 3
_TITLE_WORD = re.compile(r"[A-Z][a-z]*(?:[-'’][A-Za-z]+)*[,:]?|&|of|the|and|for|in")
_OPENING_BRACKET = re.compile(r"[(<][|IltT]?$")
_COUNTRY_LETTERS: Final = 2
_BEGUN_SUFFIX: Final = (".co.", ".ac.")
_SCHEME_LIKE = re.compile(r"\w{2,6}://")
# Below a scheme it is the host's first part, else a link of its own.
_WWW = re.compile(r"www\.(?!.*://)", re.IGNORECASE)
_OPENING_MARKS: Final = "(<[{-–•*\"'“‘"
_CLOSING_MARKS: Final = ".,;:!?'\"”’)]>"

JOIN_TRUST: Final = 0.97
"""How often a join is right where all that was read is: within a word 75 of 76 were."""

LONE_TRUST: Final = 0.9
"""The same where a word is set as the link is, and neither has any text around: 12 of 13 were."""

ITEM_TRUST: Final = 0.97
"""How likely a link ends above an item of a list: as above a word that had room behind it."""

IN_BRACKET_TRUST: Final = 0.1
"""How likely a link ends its line that stands behind a bracket of its own: all of 21 went on."""

# How often such links were whole on 200 generated pages (12, 20 and 34 of them): a link is broken
# behind a slash, and what looks like a part of it below mostly is one, however badly it is read. Of
# those above what is no part of any, 14 of 15 were on 310 others.
_ENDS_ABOVE_PART: Final = 0.1
_ENDS_WITH_SLASH: Final = 0.55
_ENDS_WITH_WORD: Final = 0.94
# Of 1,466 links: 41 % of those that end there have what looks otherwise below, 5 % of the others.
_ENDS_ABOVE_OTHER_TYPE: Final = 0.92
# Of some 750 that went on below one had two such differences, where nothing there was legible.
_ENDS_ABOVE_OTHER_PRINT: Final = 0.95
_LEAST_DIFFERENCES: Final = 2
# Of 46 whose next line starts outside the frame 16 were whole, and all that end as files do. On 250
# generated pages 18 hosts before a full stop at a line's end were whole, and one was not that does
# not end with `.co`.
_ENDS_UNSEEN: Final = 0.55
# All of 18 behind which the next line's first word had room, but 98 of 166 where it had none; all
# of 49 above a word that is set as the text around is, and otherwise than the link.
_ENDS_WITH_ROOM: Final = 0.97


def may_go_on(first: str, beginning: str, is_host: Callable[[str], bool]) -> bool:
    """Tell whether a link that ends its line as `first` may go on in a line that begins so.

    It is what `is_continued` can tell before all of the next line's first word is known.
    """
    if not beginning or _lacks_host(first, is_host):
        return bool(beginning)
    if beginning[0].isalnum():
        return first[-1] == "." or not _FILE.search(first)
    if _ends_in_name(first):
        return beginning[0] in _CONTINUING or (beginning[0] == ":" and _is_host_alone(first))
    return beginning[0] in {"/": _BEHIND_SLASH, "_": "("}.get(first[-1], ())


def may_be_broken(first: str) -> bool:
    """Tell whether a link ends as `first` where links are broken most.

    It may be at its line's end then, though something stands to the right of it.
    """
    if first[-1] == ":":
        # What begins a port closes a sentence as well, but seldom before a gap that wide.
        return _is_host_alone(first[:-1])
    is_at_joint = first[-1] in "/?" and not first.endswith("//")
    is_in_host = _BEGUN_ADDRESS.search(first) is not None or _has_begun_port(first)
    return first[-1] in _ALWAYS_OPEN or is_at_joint or is_in_host


def is_continued(first: str, token: str, is_host: Callable[[str], bool]) -> bool:
    """Tell whether a link that ends its line as `first` goes on with the next line's `token`.

    `first` has no spaces and starts with its scheme; `token` is the next line's first word.
    """
    bare = token.rstrip(_CLOSING_MARKS)
    is_link = _starts_a_link(token) and not (first.endswith("://") and _WWW.match(token))
    if not bare or "@" in token or is_link:
        return False
    if _lacks_host(first, is_host):
        return _goes_on_with_host(first, token, is_host)
    if not bare[0].isalnum():
        return _goes_on_with_mark(first, bare)
    return _goes_on_with_word(first, token, is_host)


def may_be_part(first: str, token: str, is_host: Callable[[str], bool]) -> bool:
    """Tell whether a link that ends its line as `first` goes on with `token` if that is set alike.

    It is any word that neither a sentence nor a list would go on with.
    """
    bare = token.rstrip(_CLOSING_MARKS)
    if len(bare) == 1 or not _PART.fullmatch(bare) or _starts_a_link(token):
        return False
    rest = first.partition("://")[2]
    is_over = first[-1] in _BEHIND_END or _FILE.search(first) or _lacks_host(first, is_host)
    is_odd = bare.lower() in PROSE or _NO_PART.match(token)
    if _PORT_END.search(first) and not bare[0].isdigit():
        return False
    is_within_host = not _HOST_END.search(rest)
    return not (is_over or is_odd) and (not is_within_host or _goes_on_in_host(rest, bare, is_host))


def _goes_on_in_host(rest: str, bare: str, is_host: Callable[[str], bool]) -> bool:
    """Tell whether a host goes on with the next line's word; two whole ones are two."""
    host = _HOST_END.split(bare)[0]
    return is_host(rest + host) and not (is_host(rest) and is_host(host))


def _goes_on_with_host(first: str, token: str, is_host: Callable[[str], bool]) -> bool:
    rest = first.partition("://")[2]
    host = rest + _HOST_END.split(token)[0]
    return is_host(host.rstrip(_CLOSING_MARKS)) or (host == rest + token and host[-1] in "-.")


def _goes_on_with_mark(first: str, bare: str) -> bool:
    if len(bare) == 1:
        return False
    if first[-1] == "_":
        return bare[0] == "(" and bare[1].isalnum()
    if first[-1] == "/":
        is_name = bare[0] in _BEHIND_SLASH and bare[0] != "?" and bare[1].isalpha()
        return is_name or _QUERY.match(bare) is not None
    if bare[0] == ":":
        return _is_host_alone(first) and _PORT.match(bare[1:]) is not None
    is_odd = (_FILE.search(first) and bare[0] in _WITHIN_NAMES) or (
        bare[0] in _WITHIN_QUERIES and "?" not in first
    )
    # A mark and a letter is how much else is read.
    is_short = len(bare) == 2 and bare[1].isalpha()
    follows = (bare[1].isalnum() and not is_short) or bare.startswith(_TWO_MARKS)
    return _ends_in_name(first) and bare[0] in _CONTINUING and follows and not is_odd


def _ends_in_name(first: str) -> bool:
    return first[-1].isalnum() or first[-1] == ")"


def _goes_on_with_word(first: str, token: str, is_host: Callable[[str], bool]) -> bool:
    bare = token.rstrip(_CLOSING_MARKS)
    if first[-1] in _ALWAYS_OPEN or first.endswith(_SPACE_END):
        return True
    if first[-1] in _BEHIND_STOP:
        return _goes_on_behind_stop(first, bare)
    if _FILE.search(first):
        return bare in FILE_ENDINGS
    if _has_begun_ending(first, bare) or _has_begun_version(first, bare):
        return True
    if first[-1] in _JOINTS:
        return _ends_host(first, bare, is_host) or _looks_like_url(token, bare, first)
    return _is_broken_word(first, bare, is_host)


def _ends_host(first: str, bare: str, is_host: Callable[[str], bool]) -> bool:
    """Tell whether a host that may end at its stop goes on: `docs.example.co.` above `uk`.

    Many a word is a suffix, too, but behind a whole host stands a country's.
    """
    if not _is_host_alone(first) or first[-1] != "." or bare in PROSE:
        return False
    if len(bare) > _COUNTRY_LETTERS and not _lacks_host(first, is_host):
        return False
    return bare.islower() and bare.isalpha() and is_host(first.partition("://")[2] + bare)


def _has_begun_ending(first: str, bare: str) -> bool:
    """Tell whether a file's ending was broken: `.p` above `hp`."""
    begun = _BEGUN_ENDING.search(first)
    # A letter alone is more often a list's bullet, however it was read.
    return begun is not None and len(bare) > 1 and begun[1] + bare in _ENDINGS


def _has_begun_version(first: str, bare: str) -> bool:
    """Tell whether a version was broken: `/v2.` above `16`, or `/2.` above `16/`."""
    begun, rest = _BEGUN_VERSION.search(first), _VERSION_REST.fullmatch(bare)
    return begun is not None and rest is not None and bool(begun[1] or rest[1])


def _goes_on_behind_stop(first: str, bare: str) -> bool:
    """Tell whether a port or a parameter follows a mark that closes a sentence as well."""
    if first[-1] == ":":
        return _is_host_alone(first[:-1]) and _PORT.match(bare) is not None
    return _PARAMETER.fullmatch(bare) is not None


def _is_host_alone(first: str) -> bool:
    return not _HOST_END.search(first.partition("://")[2])


def _is_host_in_sentence(first: str, is_host: Callable[[str], bool]) -> bool:
    """Tell whether a whole host is all of a link, and a full stop stands behind it."""
    is_over = first[-1] == "." and _is_host_alone(first)
    is_begun = first.endswith(_BEGUN_SUFFIX)
    return is_over and not is_begun and not _lacks_host(first, is_host)


def _lacks_host(first: str, is_host: Callable[[str], bool]) -> bool:
    """Tell whether the host of a link is not at its end yet."""
    return _is_host_alone(first) and not is_host(first.partition("://")[2].rstrip("."))


def drop_bars(line: TextLine) -> TextLine:
    """Return a line without the bars before its first word: rules of a table, which links lack.

    An underscore before an upright one is what is left of another rule.
    """
    texts = [one.text for one in line.symbols]
    word = next((n for n, text in enumerate(texts) if text not in _BARS and text != "_"), 0)
    bars = next((n for n in range(word, 0, -1) if texts[n - 1] in _BARS), 0)
    kept = line.symbols[bars:]
    return replace(line, text="".join(one.text for one in kept), symbols=kept) if bars else line


def is_title(text: str) -> bool:
    """Tell whether a line has capitals as titles have, and lines of names."""
    words = text.split()
    return len(words) >= _LEAST_TITLE and all(_TITLE_WORD.fullmatch(word) for word in words)


def opens_bracket(before: str) -> bool:
    """Tell whether what stands `before` a link is a bracket, which is closed behind it.

    The first stem of the link may be seen as well. Square brackets are those of a note's number or
    a list, too.
    """
    return _OPENING_BRACKET.search(before) is not None


def starts_whole(token: str) -> bool:
    """Tell whether a word that starts at the frame's edge has nothing before it outside.

    A capital begins it, or what opens a note or a quotation, or it is a link.
    """
    is_capital = token[0].isupper() and token[1:2].islower()
    return is_capital or _starts_a_link(token) or (len(token) > 1 and token[0] in _OPENING_MARKS)


def rate_unseen_end(
    first: str,
    is_host: Callable[[str], bool],
    *,
    is_headline: Callable[[], bool] = lambda: False,
) -> float:
    """Return how likely a link ends as `first` where the next line starts outside the frame.

    What of that line is in view may be behind the rest of the link, but is hardly smaller.
    """
    if first[-1] in _BEHIND_END and first[-2] in _FULL_ENDS:
        return 1.0
    is_in_sentence = _is_host_in_sentence(first, is_host) or _STOP_BEHIND_NAMES.search(first)
    if _FILE.search(first) or is_in_sentence:
        return _ENDS_WITH_WORD
    return _ENDS_ABOVE_OTHER_TYPE if is_headline() else _ENDS_UNSEEN


def rate_end(
    first: str,
    token: str,
    is_host: Callable[[str], bool],
    *,
    has_room: Callable[[], bool] = lambda: False,
    count_differences: Callable[[], int] = lambda: 0,
    is_set_as_text: Callable[[], bool] = lambda: False,
) -> float:
    """Return how likely a link that ends its line as `first` ends with it.

    The next line's first word is `token`, and the link was not joined with it. Whether that would
    have had room behind the link, in how many ways it clearly is set otherwise, and whether it is
    set as the text around the link is, is asked only where that tells anything.
    """
    # One character alone is a list's bullet, however it was read, or a word; no link goes on so.
    if len(token) > 1 and is_continued(first, token, is_host):
        return _rate_by_looks(count_differences(), _ENDS_ABOVE_PART)
    if first[-1] in _BEHIND_END or len(token) == 1 or _starts_a_link(token):
        return 1.0
    bare = token.rstrip(_CLOSING_MARKS)
    if _looks_like_part(bare, first, is_host):
        return _rate_by_looks(count_differences(), _ENDS_ABOVE_PART)
    is_prose = bare.lower() in PROSE or bare.lower() in _ABBREVIATIONS
    is_none = _NO_PART.match(token) or _ADDRESS.fullmatch(bare) or is_prose
    if not first.endswith("/") or is_none:
        return _ENDS_WITH_WORD
    if has_room() or is_set_as_text():
        return _ENDS_WITH_ROOM
    differences = count_differences()
    rate = _ENDS_ABOVE_OTHER_TYPE if differences else _ENDS_WITH_SLASH
    return _rate_by_looks(differences, rate)


def _rate_by_looks(differences: int, rate: float) -> float:
    return rate if differences < _LEAST_DIFFERENCES else _ENDS_ABOVE_OTHER_PRINT


def _looks_like_part(bare: str, first: str, is_host: Callable[[str], bool]) -> bool:
    if not _URL_PART.search(bare) or _FILE.search(first) or "@" in bare or not _is_worded(bare):
        return False
    rest = first.partition("://")[2]
    is_within_host = not _HOST_END.search(rest) and rest[-1:].isalnum() and bare[0].isalnum()
    # A word broken within the host has the rest of the host, or so much of a link that the mark
    # before it went unread.
    return not is_within_host or is_host(rest + _HOST_END.split(bare)[0]) or _is_sure_part(bare)


def _is_sure_part(bare: str) -> bool:
    return _SURE_PART.search(bare) is not None


def is_unfinished(text: str) -> bool:
    """Tell whether a link cannot end as `text` does."""
    return text[-1] in _ALWAYS_OPEN


def _looks_like_url(token: str, bare: str, first: str) -> bool:
    if first[-1] == "/" and (_FOLDERS.fullmatch(bare) or _is_slug(bare)):
        return True
    closes = any(end in token and start not in first + token for end, start in _BRACKETS.items())
    if not _is_worded(bare):
        # `12)` is a list's number.
        return closes and _LONG_NUMBER.fullmatch(bare) is not None
    if closes:
        return True
    endings = _ENDINGS if first[-1] == "." else FILE_ENDINGS
    return bare in endings or _URL_SHAPE.search(bare) is not None


def _is_slug(bare: str) -> bool:
    """Tell whether three or more words are joined by dashes, as titles are in links.

    Prose has that with short words among them, such as `up-to-date`.
    """
    words = bare.lower().split("-")
    is_titled = sum(len(word) > 1 and word.isalpha() for word in words) > 1
    is_prose = len(words) < _SURE_SLUG_WORDS and not PROSE.isdisjoint(words)
    return len(words) > _LEAST_HYPHENS and all(words) and is_titled and not is_prose


def _is_broken_word(first: str, bare: str, is_host: Callable[[str], bool]) -> bool:
    """Tell whether a link was broken within a word, as narrow columns do where nothing else fits.

    It takes more to show that than behind a mark at which links are broken.
    """
    if _has_begun_port(first):
        return _PORT_REST.fullmatch(bare) is not None
    if _OPEN_PARAMETER.search(first) and _PARAMETER.match(bare):
        return True
    is_part = _PART.fullmatch(bare) and (_is_sure_part(bare) or _is_pair(first, bare))
    if not is_part or not _is_worded(bare):
        return False
    rest = first.partition("://")[2]
    return _HOST_END.search(rest) is not None or _goes_on_in_host(rest, bare, is_host)


def _has_begun_port(first: str) -> bool:
    port = _BEGUN_PORT.search(first)
    return port is not None and port[1] not in _SHORT_PORTS


def _is_pair(first: str, bare: str) -> bool:
    """Tell whether a word with one slash is the end of a path rather than prose or a name."""
    pair = _PAIR.fullmatch(bare)
    is_name = bare.isupper() and not first.isupper()
    return pair is not None and not is_name and pair[1].lower() not in PROSE


def _is_worded(bare: str) -> bool:
    """Tell whether a word is no number and no abbreviation that looks like a part of a link."""
    return bare.lower() not in _ABBREVIATIONS and re.search("[A-Za-z]", bare) is not None


def _starts_a_link(token: str) -> bool:
    # The rest of a bracket at the frame's edge is read as a slash.
    start = token.lower().lstrip(_OPENING_MARKS + "/")
    # However its scheme was read, nothing but a link has these marks right behind its first word.
    return _SCHEME_LIKE.match(start) is not None or any(
        start.startswith(printed[:4]) for printed in PRINTED.values()
    )
