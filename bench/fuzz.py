"""Feeds a real server broken pictures and messages, and tells whatever it should not have done.

    python -m bench.fuzz --inputs 20000 --seed 1

Half of the pictures go to `/v1/detect`, the other half and all messages to a stream. A fault is an
answer of 500 or more, no answer in time, a stream that ends without need, or a server that is not
the one that was started. The number of an input names it: `--first` and `--inputs 1` send it alone.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Final

import httpx
import typer
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from bench.mutations import iterate_mutations, make_pictures
from bench.serving import serve

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

PATIENCE_S = 20.0
FASTEST: Final = {"PRINTLINK_STREAM__MAX_FPS": "120"}
# Not UTF-8, too long: what a client that sends such things is told, and rightly so.
FAIR_CLOSES: Final = frozenset({1007, 1009})


@dataclass
class Findings:
    """How often there was each outcome, and what must not be, with the number of the input."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, str]] = field(default_factory=list)
    longest_ms: float = 0.0


class Fuzzer:
    """Sends inputs to one server, one after the other."""

    def __init__(self, url: str) -> None:
        self.findings = Findings()
        self._http = httpx.Client(base_url=url, timeout=PATIENCE_S)
        self._stream_url = "ws" + url.removeprefix("http") + "/v1/stream"
        self._stream = ExitStack()
        self._socket: ClientConnection | None = None
        self._sound = make_pictures()[0]

    def close(self) -> None:
        """Hang up."""
        self._http.close()
        self._hang_up()

    def send(self, number: int, data: bytes, *, is_text: bool) -> None:
        """Send an input and note what becomes of it."""
        started = time.perf_counter()
        try:
            if is_text or number % 2:
                outcome = self._send_to_stream(data, is_text=is_text)
            else:
                outcome = self._post(data)
        except (httpx.TransportError, TimeoutError, OSError) as error:
            outcome = f"fault: {type(error).__name__}"
            self._hang_up()
        if outcome.startswith("fault"):
            self.findings.faults.append((number, outcome))
        self.findings.outcomes[outcome] += 1
        spent_ms = (time.perf_counter() - started) * 1000
        self.findings.longest_ms = max(self.findings.longest_ms, spent_ms)

    def _post(self, data: bytes) -> str:
        response = self._http.post("/v1/detect", content=data)
        code = response.json().get("code", "answered")
        return f"{'fault: ' * (response.status_code >= 500)}detect {response.status_code} {code}"

    def _send_to_stream(self, data: bytes, *, is_text: bool) -> str:
        socket = self._socket = self._socket or self._call()
        try:
            socket.send(data, text=is_text)
            if is_text:
                # A message that is obeyed is not answered; a frame always is.
                socket.send(self._sound)
            return self._await_answer(socket)
        except ConnectionClosed as closed:
            self._hang_up()
            code = closed.rcvd.code if closed.rcvd else 1006
            return f"{'fault: ' * (code not in FAIR_CLOSES)}stream closed {code}"

    def _call(self) -> ClientConnection:
        calling = connect(
            self._stream_url, compression=None, max_size=None, open_timeout=PATIENCE_S
        )
        return self._stream.enter_context(calling)

    def _hang_up(self) -> None:
        self._stream.close()
        self._socket = None

    @staticmethod
    def _await_answer(socket: ClientConnection) -> str:
        complaint = ""
        while True:
            answer = json.loads(socket.recv(timeout=PATIENCE_S))
            code = "" if answer["type"] == "result" else answer["error"]["code"]
            if code and answer["error"]["status"] >= 500:
                return f"fault: stream {code}"
            if answer["frame_id"] is not None:
                return f"stream {complaint or code or 'answered'}"
            complaint = code


def fuzz(url: str, *, inputs: int, seed: int, first: int = 0) -> Findings:
    """Send so many inputs of a seed, from the one with the number `first` on."""
    fuzzer = Fuzzer(url)
    try:
        every = enumerate(iterate_mutations(first + inputs, seed))
        for number, (data, is_text) in islice(every, first, None):
            fuzzer.send(number, data, is_text=is_text)
    finally:
        fuzzer.close()
    return fuzzer.findings


def main(
    inputs: Annotated[int, typer.Option(min=1, help="Inputs to send.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Of the inputs.")] = 1,
    first: Annotated[int, typer.Option(min=0, help="Number of the first one.")] = 0,
) -> None:
    """Send broken inputs to a server and tell what became of them."""
    with serve(**FASTEST) as server:
        findings = fuzz(server.url, inputs=inputs, seed=seed, first=first)
        is_running = server.is_running
    for outcome, count in findings.outcomes.most_common():
        typer.echo(f"{count:>8}  {outcome}")
    typer.echo(f"longest: {findings.longest_ms:.0f} ms; faults: {len(findings.faults)}")
    for number, what in findings.faults[:50]:
        typer.echo(f"  input {number}: {what}")
    if findings.faults or not is_running:
        typer.echo("" if is_running else "the server is gone")
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
