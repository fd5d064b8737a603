"""The maker of shards: a worker that finds the links of a shard's pages and writes its lines."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import structlog

from scale.ahead import work_ahead
from scale.plan import Shard
from scale.trouble import TroubleNote
from service.answers import answer_frame
from service.engine import run_frame
from service.errors import PrintlinkError
from service.metrics import Metrics

if TYPE_CHECKING:
    from scale.folder import Folder
    from service.engine import BuildPipeline
    from service.settings import Settings

    Line = dict[str, Any]

# Pages that are fetched while one is looked at: object storage is slow to begin.
_FETCHED_AHEAD: Final = 4


class ShardMaker:
    """Makes shards, one after the other; loads the models once."""

    def __init__(
        self,
        settings: Settings,
        *,
        pages: Folder,
        out: Folder,
        build: BuildPipeline,
    ) -> None:
        """Load the models; raises a `StartupError`."""
        self._settings = settings
        self._pages = pages
        self._out = out
        self._pipeline = build(settings, Metrics()).pipeline
        self._fetchers = ThreadPoolExecutor(_FETCHED_AHEAD, thread_name_prefix="fetch")
        self._log = structlog.get_logger("printlink")

    def __call__(self, row: dict[str, str]) -> dict[str, int]:
        """Make the shard that stands in `row`; return how many pages, failures and links it has."""
        shard = Shard.from_json(row["shard"])
        note = TroubleNote(self._out, shard)
        lines = self._make_lines(shard, note)
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        self._out.write(shard.name, text.encode())
        note.remove()
        return {
            "pages": len(lines),
            "failed": sum("error" in line for line in lines),
            "links": sum(len(line.get("links", ())) for line in lines),
        }

    def _make_lines(self, shard: Shard, note: TroubleNote) -> list[Line]:
        fetched = work_ahead(self._fetch, shard.pages, pool=self._fetchers, ahead=_FETCHED_AHEAD)
        return [
            {"page": page, **self._look_at(page, data, note)}
            for page, data in zip(shard.pages, fetched, strict=True)
        ]

    def _fetch(self, page: str) -> bytes | Exception:
        """Return the page, cut off where no decoder would take it, or what is wrong with it."""
        try:
            return self._pages.read(page, max_bytes=self._settings.decode.max_bytes + 1)
        except Exception as error:  # noqa: BLE001 - one page may not stop a million others
            return error

    def _look_at(self, page: str, data: bytes | Exception, note: TroubleNote) -> Line:
        """Return the fields of one page's line: what a client would get, or an error."""
        if note.is_deadly(page):
            return _tell("page_deadly", "whoever looked at this page died")
        if isinstance(data, Exception):
            return _tell("page_missing", f"{type(data).__name__}: {data}")
        note.begin(page)
        try:
            _, result = run_frame(self._pipeline, data, self._settings.decode)
        except PrintlinkError as error:
            return _tell(error.code, error.detail)
        except Exception as error:  # noqa: BLE001 - one page may not stop a million others
            self._log.exception("page_failed", page=page)
            return _tell(PrintlinkError.code, type(error).__name__)
        finally:
            note.end(page)
        return answer_frame(result).model_dump(mode="json")


def _tell(code: str, detail: str) -> Line:
    return {"error": {"code": code, "detail": detail}}
