"""Turn one dumped file into the lines of a raw object."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import parse_qsl, urlencode, urlsplit

from lakehouse.importing.documents import Document, unwrap
from lakehouse.importing.dump_folder import require_few_values
from lakehouse.importing.json_text import Content, Piece, read_content, unpack
from lambda_extract.raw_format import (
    Answer,
    Json,
    JsonObject,
    Run,
    Source,
    SourceResult,
    build_answer_line,
    build_summary_line,
    encode_json,
)
from lambda_extract.spotify import shapes

# What of a page's address tells lists apart; all else (offset, limit, market …) may differ between pages of one list.
LIST_PARAMETERS = frozenset({"q", "query", "type", "include_groups", "time_range"})


@dataclass(frozen=True)
class Dump:
    """A file's content, unpacked; its hash stands for it."""

    data: bytes
    is_intact: bool

    @cached_property
    def sha256(self) -> str:
        """Hash the content."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def run_id(self) -> str:
        """Name the run that imports this content: the same for the same content."""
        return f"import-{self.sha256[:20]}"


@dataclass(frozen=True)
class ImportedDump:
    """The lines of a raw object, and what there is to say about the file."""

    lines: list[bytes]
    documents: int
    entries: int
    is_json: bool
    remarks: list[str]


@dataclass(frozen=True)
class _Part:
    """One answer of the file with what the summary needs to know of it."""

    answer: Answer
    entries: int
    total: int | None
    is_single: bool
    is_error: bool


def open_dump(data: bytes) -> Dump:
    """Unpack a file's bytes, as far as the limits allow."""
    dump = Dump(*unpack(data))
    require_few_values(dump.data)
    return dump


def is_raw_object(dump: Dump) -> bool:
    """Say whether this is a raw object of ours rather than a dump."""
    try:
        line = json.loads(dump.data.partition(b"\n")[0])
    except (ValueError, RecursionError):
        return False
    return isinstance(line, dict) and line.get("kind") in ("answer", "summary") and "schema_version" in line


def import_dump_file(dump: Dump, run: Run, path: str) -> ImportedDump:
    """Read, unwrap and write a file's content as lines, the summary last."""
    content = read_content(dump.data)
    builder = _Builder(run, path, dump.sha256, content)
    lines = [line for piece in content.pieces for line in builder.add_piece(piece)]
    extra: JsonObject = {}
    if builder.scalars:
        extra["wrapper"] = builder.scalars
    if content.nan_count:
        extra["nan_as_null"] = content.nan_count
    lines.append(build_summary_line(run, _list_results(builder.parts), run.extracted_at, extra))
    entries = sum(part.entries for part in builder.parts)
    remarks = list(_describe_reading(dump, content, builder.too_deep))
    return ImportedDump(lines, len(builder.parts), entries, content.is_json, remarks)


class _Builder:
    """Builds the answers of one file and remembers what the summary says of them."""

    def __init__(self, run: Run, path: str, sha256: str, content: Content) -> None:
        """Start with nothing."""
        self.run, self.path, self.sha256 = run, path, sha256
        self.encoding = content.encoding
        self.has_many = len(content.pieces) > 1
        self.number = 0
        self.parts: list[_Part] = []
        self.scalars: JsonObject = {}
        self.too_deep = 0

    def add_piece(self, piece: Piece) -> list[bytes]:
        """Return the lines of one top-level value, or of a stretch that is no JSON."""
        if not piece.is_json:
            return self._add_text(piece)
        self.number += 1
        try:
            return self._add_value(piece.value)
        except RecursionError:
            self.too_deep += 1
            return self._add_text(piece)

    def _add_value(self, value: Json) -> list[bytes]:
        """Unwrap a value and return a line for each document; only then remember them."""
        unwrapped = unwrap(value)
        parts = [self._describe(document) for document in unwrapped.documents]
        lines = [build_answer_line(self.run, part.answer) for part in parts]
        self.parts += parts
        prefix = f"document {self.number} " if self.has_many else ""
        self.scalars.update({prefix + path: scalar for path, scalar in unwrapped.scalars.items()})
        return lines

    def _add_text(self, piece: Piece) -> list[bytes]:
        """Return the line of a text that is no JSON."""
        json_path = f"line {piece.line}" if self.has_many else "$"
        answer = self._answer(hash_json(piece.text), {"json_path": json_path})
        answer = replace(answer, response_text=piece.text)
        self.parts.append(_Part(answer, 0, None, is_single=False, is_error=True))
        return [build_answer_line(self.run, answer)]

    def _describe(self, document: Document) -> _Part:
        """Build a document's answer and what the summary needs of it."""
        params: JsonObject = {"json_path": document.path}
        if self.has_many:
            params["document"] = self.number
        answer = self._answer(name_source(document.value, self.sha256), params)
        answer = replace(answer, response=document.value, status=find_status(document.value))
        is_error = shapes.is_error_answer(document.value)
        total, is_single = shapes.find_total(document.value), shapes.is_single(document.value)
        return _Part(answer, document.entries, total, is_single, is_error)

    def _answer(self, source_id: str, params: JsonObject) -> Answer:
        """Start an answer with what all answers of the file share."""
        if self.encoding == "latin-1":
            params["encoding"] = self.encoding
        source = Source("import", source_id)
        return Answer(source, self.path, params, self.run.extracted_at, status=None)


def name_source(value: Json, file_sha256: str) -> str:
    """Name a document's source: its playlist, else its list within the file, else its content."""
    if playlist_id := shapes.find_playlist_id(value):
        return playlist_id
    href = value.get("href") if shapes.is_page(value) else None
    if isinstance(href, str) and href:
        return hashlib.sha256(f"{file_sha256}{strip_page(href)}".encode(errors="surrogatepass")).hexdigest()[:32]
    return hash_json(value)


def strip_page(href: str) -> str:
    """Drop from a page's address what differs between the pages of one list."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return href.partition("?")[0]
    kept = sorted((name, text) for name, text in parse_qsl(parts.query) if name in LIST_PARAMETERS)
    return href.partition("?")[0] + ("?" + urlencode(kept, errors="surrogatepass") if kept else "")


def hash_json(value: Json) -> str:
    """Hash a value's content, whatever the order of its fields."""
    return hashlib.sha256(encode_json(value, sort_keys=True)).hexdigest()[:32]


def find_status(value: Json) -> int | None:
    """Find the HTTP status that an error body carries; of other dumped answers nobody knows it."""
    error = value.get("error") if shapes.is_object(value) and shapes.is_error_answer(value) else None
    status = error.get("status") if shapes.is_object(error) else None
    return status if isinstance(status, int) and not isinstance(status, bool) else None


def _list_results(parts: list[_Part]) -> list[SourceResult]:
    """Sum up the answers of each source, in order of first appearance."""
    by_source: dict[Source, list[_Part]] = {}
    for part in parts:
        by_source.setdefault(part.answer.source, []).append(part)
    return [_sum_up(source, members) for source, members in by_source.items()]


def _sum_up(source: Source, parts: list[_Part]) -> SourceResult:
    """Say how far one source came."""
    entries = sum(part.entries for part in parts)
    total = max((part.total for part in parts if part.total is not None), default=None)
    is_error = any(part.is_error for part in parts)
    is_complete = None if total is None else entries >= total
    if is_error:
        is_complete = False
    elif all(part.is_single for part in parts):
        is_complete = True
    return SourceResult(source, "error" if is_error else "ok", len(parts), entries, total, is_complete)


def _describe_reading(dump: Dump, content: Content, too_deep: int) -> Iterator[str]:
    """Yield what was not read as it came."""
    broken = sum(not piece.is_json for piece in content.pieces)
    if not dump.is_intact:
        yield "damaged gzip, kept as its bytes"
    if not content.is_json:
        yield "no JSON, kept as text"
    elif broken:
        yield f"{broken} broken {'stretch' if broken == 1 else 'stretches'} kept as text"
    if content.encoding != "utf-8":
        yield f"read as {content.encoding}"
    if content.nan_count:
        yield f"{content.nan_count} NaN or infinite as null"
    if too_deep:
        yield f"{too_deep} nested too deep, kept as text"
