"""A grammar of links as people print them, and of the look-alikes that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from training.synth.prose import Prose

PREFIXES = {"https": "https://", "http": "http://", "ftp": "ftp://", "tcp": "tcp://", "www": "www."}
SCHEME_SHARES = {"https": 0.42, "http": 0.32, "ftp": 0.07, "tcp": 0.05, "www": 0.14}

# Repeated names are the more frequent ones.
_DOMAINS = (
    *("com", "com", "com", "com", "org", "org", "org", "net", "net", "io", "dev", "de", "fr", "uk"),
    *("co.uk", "edu", "ac.uk", "gov", "eu", "it", "nl", "ch", "at", "es", "se", "pl", "info", "ai"),
    *("app", "me", "tv", "us", "ca", "au", "jp", "cn", "br", "ru", "technology", "museum"),
    *("online", "page", "shop", "blog"),
)
_SUBDOMAINS = (
    *("www", "www", "www", "docs", "en", "blog", "api", "news", "support", "wiki", "lists"),
    *("download", "git", "static", "forum", "m", "ftp"),
)
_EXTENSIONS = (
    *("html", "html", "htm", "pdf", "php", "txt", "zip", "tar.gz", "png", "jpg", "json", "xml"),
    *("md", "asp", "aspx", "cgi"),
)
_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_FILES = ["README", "index", "main", "default", "download", "faq", "about", "en", "latest"]


def pick_scheme(rng: np.random.Generator) -> str:
    """Return a label of the label map, in the shares that print shows."""
    labels = list(SCHEME_SHARES)
    return str(rng.choice(labels, p=[SCHEME_SHARES[label] for label in labels]))


class LinkGrammar:
    """Random links out of words, numbers and identifiers."""

    def __init__(self, prose: Prose) -> None:
        self.prose = prose

    def link(self, rng: np.random.Generator, label: str, *, longest: int = 90) -> str:
        """Return a link that starts with the prefix of `label`, at most `longest` characters."""
        for _ in range(20):
            text = PREFIXES[label] + self._host(rng, label) + self._tail(rng, label)
            if len(text) <= longest:
                return text.upper() if rng.random() < 0.015 else text
        return PREFIXES[label] + self.prose.word(rng)[:8] + ".org"

    def _host(self, rng: np.random.Generator, label: str) -> str:
        if label != "www" and rng.random() < (0.4 if label == "tcp" else 0.04):
            return ".".join(str(rng.integers(1, 255)) for _ in range(4)) + self._port(rng, 0.5)
        if label in {"http", "tcp"} and rng.random() < 0.05:
            return "localhost" + self._port(rng, 0.9)
        names = [self._label(rng) for _ in range(1 + int(rng.random() < 0.25))]
        if label != "www" and rng.random() < 0.5:
            names.insert(0, str(rng.choice(_SUBDOMAINS)))
        port = self._port(rng, 0.8 if label == "tcp" else 0.04)
        return ".".join([*names, str(rng.choice(_DOMAINS))]) + port

    def _label(self, rng: np.random.Generator) -> str:
        kind = rng.random()
        if kind < 0.62:
            return self.prose.word(rng)
        if kind < 0.78:
            return self.prose.word(rng) + str(rng.choice(["-", ""])) + self.prose.word(rng)
        if kind < 0.9:
            return self._identifier(rng, int(rng.integers(1, 5))).lower()
        return self.prose.word(rng) + str(rng.integers(1, 100))

    def _port(self, rng: np.random.Generator, chance: float) -> str:
        return (
            f":{rng.choice([8080, 8000, 80, 443, 3000, 5000, 1883, 21, 9090])}"
            if rng.random() < chance
            else ""
        )

    def _tail(self, rng: np.random.Generator, label: str) -> str:
        if label == "tcp" and rng.random() < 0.8:
            return ""
        depth = int(rng.choice([0, 1, 2, 3, 4], p=[0.3, 0.27, 0.23, 0.13, 0.07]))
        if depth == 0:
            return str(rng.choice(["", "/", ""]))
        path = "/" + "/".join(self._segment(rng) for _ in range(depth))
        ending = rng.random()
        if ending < 0.3:
            path += "." + str(rng.choice(_EXTENSIONS))
        elif ending < 0.5:
            path += "/"
        if rng.random() < 0.15:
            path += "?" + "&".join(self._parameter(rng) for _ in range(int(rng.integers(1, 4))))
        if rng.random() < 0.1:
            path += "#" + self.prose.word(rng)
        return path

    def _segment(self, rng: np.random.Generator) -> str:
        makers: list[tuple[float, Callable[[], str]]] = [
            (0.40, lambda: self.prose.word(rng)),
            (
                0.12,
                lambda: str(rng.choice(["-", "_"])).join(
                    self.prose.word(rng) for _ in range(int(rng.integers(2, 4)))
                ),
            ),
            (0.12, lambda: self.prose.word(rng).capitalize()),
            (0.10, lambda: str(rng.integers(1, 3000))),
            (0.09, lambda: self._identifier(rng, int(rng.integers(5, 12)))),
            (0.05, lambda: "~" + self.prose.word(rng)[:8]),
            (0.04, lambda: f"v{rng.integers(1, 9)}.{rng.integers(0, 20)}"),
            (0.03, lambda: self.prose.word(rng) + "%20" + self.prose.word(rng)),
            (0.02, lambda: f"{self.prose.word(rng).capitalize()}_({self.prose.word(rng)})"),
            (0.03, lambda: str(rng.choice(_FILES))),
        ]
        shares = [share for share, _ in makers]
        return makers[int(rng.choice(len(makers), p=shares))][1]()

    def _parameter(self, rng: np.random.Generator) -> str:
        value = self.prose.word(rng) if rng.random() < 0.5 else str(rng.integers(0, 10**5))
        name = rng.choice(["id", "q", "page", "lang", "v", "ref", self.prose.word(rng)])
        return f"{name}={value}"

    def _identifier(self, rng: np.random.Generator, length: int) -> str:
        return "".join(_CHARACTERS[int(k)] for k in rng.integers(len(_CHARACTERS), size=length))


class Lookalike(str):
    """A word that resembles a prefix and is none; a page notes where it stands."""

    __slots__ = ()


class Lookalikes:
    """Things that resemble a prefix and must not be found; many were false alarms in trials."""

    def __init__(self, prose: Prose) -> None:
        self.prose = prose

    def words(self, rng: np.random.Generator) -> list[Lookalike]:
        """Return the words of one look-alike."""
        return [Lookalike(word) for word in self._text(rng).split()]

    def _text(self, rng: np.random.Generator) -> str:
        word, other = self.prose.word(rng), self.prose.word(rng)
        number = int(rng.integers(2, 5000))
        choices = (
            "TCP/IP",
            "TCP",
            "tcp",
            "FTP",
            "ftp",
            "HTTP",
            "http",
            "Http",
            "HTTPS",
            "https",
            "HTTP/1.1",
            "HTTP/2",
            "SFTP",
            "tcpdump",
            "httpd",
            "http-equiv",
            "FTP server",
            "www",
            "WWW",
            "W3C",
            "w/o",
            "and/or",
            "his/her",
            f"// {word} {other}",
            f"{word} // {other}",
            f"//{word}",
            "/* ... */",
            f"C:\\{word}\\{other}",
            f"C://{word}",
            f"D:/{word}/{other}.txt",
            f"/usr/{word}/{other}",
            f"~/{word}.{other[:3]}",
            f"./{word}",
            f"{word}@{other}.com",
            f"{word}.{other}@{word[:4]}.org",
            f"mailto:{word}@{other}.org",
            f"{word}.com",
            f"{word}.{other}.org",
            f"{other}.{word}.net/{word}",
            f"file:///{word}/{other}",
            f"hops:/{word}",
            f"hpps:/{word}",
            f"ssh://{word}",
            f"git@{word}.com:{other}",
            f"{word}::{other}",
            f"{word}:{number}",
            f"{word}: {other}",
            f"std::{word}",
            f"{word}()",
            f"ww.{word}",
            f"doi:10.{number}/{word}",
            f"ISBN {number}-{number}",
            f"{word}.py",
            f"{word}.{other}()",
            f"{number}:{number}",
            f"{word}/{other}/{number}",
            f"import {word}.{other}",
            f"key: {word}://",
            f"...{word}",
            f"{word}..{other}",
            f"ratio {number}:1",
            f"HTTP {number % 500 + 100}",
            f"tcp port {number}",
            f"ftp {word}",
            f"{word};//{other}",
            f"hllp {word}",
            f"{word}:/{other}",
            f"||{word}||",
            f"Mr. W. W. {word.capitalize()}",
            f"vvv.{word}",
            f"{word[:2]}ttp{other[:2]}",
            f"{word}tps",
            f"hits:// {word}"[:5],
            f"(http) {word}",
            f"http, https, ftp, {word}",
        )
        return choices[int(rng.integers(len(choices)))]
