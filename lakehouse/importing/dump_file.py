"""Turn one dumped file into the lines of a raw object."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath

from glue_jobs.spotify import values
from lakehouse.importing import account_export, list_source, personal
from lakehouse.importing.account_export import Exported
from lakehouse.importing.counting import Counted, count
from lakehouse.importing.documents import Document, unwrap
from lakehouse.importing.dump_folder import DumpFileError, require_few_values
from lakehouse.importing.json_text import Piece, decode, read_content, unpack
from lakehouse.importing.official import is_official, read_head
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

LONGEST_RESPONSE = 16_000_000
"""Bytes of an answer that is landed as one line; a longer list is cut. The load reads lines of up to 64 MB."""

PART = 8_000_000
"""About the bytes of each line that a long list is cut into."""

PERSONAL_TEXT = "personal data that is not valid JSON"

NULL_RESPONSE = b'"response":null'


@dataclass(frozen=True)
class Dump:
    """A file's content, unpacked; its hash identifies it."""

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
class DumpFacts:
    """What is known of a file beside its content: its path below the imported folder, and what was asked for."""

    path: str
    keeps_private: bool = False
    names: Mapping[Source, JsonObject] = field(default_factory=dict)
    """What other files of the same day say of the lists it has pages of."""


@dataclass(frozen=True)
class _Part:
    """One answer with what the summary needs to know of it."""

    source: Source
    counted: Counted
    is_error: bool
    facts: JsonObject


@dataclass
class ImportedDump:
    """What the files of one raw object gave, once their lines are written."""

    parts: list[_Part] = field(default_factory=list)
    scalars: JsonObject = field(default_factory=dict)
    nan_count: int = 0
    is_json: bool = True
    too_deep: int = 0
    broken: int = 0
    encodings: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def documents(self) -> int:
        """Return the number of answers."""
        return len(self.parts)

    @property
    def entries(self) -> int:
        """Return the number of entries, as the load counts them."""
        return sum(part.counted.entries for part in self.parts)

    @property
    def plays(self) -> int:
        """Return the number of plays."""
        return sum(part.counted.plays for part in self.parts)

    @property
    def reasons(self) -> Counter[str]:
        """Return why entries will be skipped or rejected."""
        counts: Counter[str] = Counter()
        for part in self.parts:
            counts.update(part.counted.reasons)
        return counts

    @property
    def sources(self) -> list[Source]:
        """Return the lists that its answers are of, in order of first appearance."""
        return list(dict.fromkeys(part.source for part in self.parts))


def open_dump(data: bytes) -> Dump:
    """Unpack a file's bytes."""
    return Dump(*unpack(data))


def is_raw_object(dump: Dump) -> bool:
    """Return whether this is a raw object of ours rather than a dump."""
    try:
        line = json.loads(dump.data.partition(b"\n")[0])
    except (ValueError, RecursionError):
        return False
    return isinstance(line, dict) and line.get("kind") in ("answer", "summary") and "schema_version" in line


def write_lines(dumps: Iterable[tuple[Dump, DumpFacts, ImportedDump]], run: Run) -> Iterator[bytes]:
    """Yield the lines that files give together, the summary last, and note of each file what it gave."""
    parts: list[_Part] = []
    extra: JsonObject = {}
    wrapper: JsonObject = {}
    nan_count = 0
    for dump, facts, imported in dumps:
        yield from _FileReader(run, facts, imported).read(dump)
        parts += imported.parts
        wrapper |= imported.scalars
        nan_count += imported.nan_count
    if wrapper:
        extra["wrapper"] = wrapper
    if nan_count:
        extra["nan_as_null"] = nan_count
    yield build_summary_line(run, _list_results(parts), run.extracted_at, extra)


class _FileReader:
    """Builds the answers of one file and remembers what the summary says of them."""

    def __init__(self, run: Run, facts: DumpFacts, imported: ImportedDump) -> None:
        """Start with nothing."""
        self.run, self.facts, self.imported = run, facts, imported
        self.encoding = "utf-8"
        self.has_many = False
        self.number = 0
        self.texts = 0
        """Stretches that are landed as text."""
        self.left_out: dict[str, None] = {}
        """Kinds of personal data that are not landed."""

    def read(self, dump: Dump) -> Iterator[bytes]:
        """Yield the lines of the file."""
        if not dump.is_intact:
            self.imported.remarks.append("damaged gzip, kept as its bytes")
        data = dump.data.removeprefix(b"\xef\xbb\xbf")
        if is_official(data):
            yield self._pass_through(data)
        elif lines := _official_lines(data):
            self.has_many = True
            for line in lines:
                self.number += 1
                yield self._pass_through(line)
        elif (page := self._read_csv(data)) is not None:
            yield from self._land(Document("$", page), None)
        else:
            yield from self._read_values(dump)
        if not self.imported.parts and self.left_out:
            raise DumpFileError(f"it has nothing but {', '.join(self.left_out)}: expected music")

    def _read_csv(self, data: bytes) -> JsonObject | None:
        if not PurePosixPath(self.facts.path).name.lower().removesuffix(".gz").endswith(".csv"):
            return None
        return account_export.read_exportify(decode(data)[0])

    def _read_values(self, dump: Dump) -> Iterator[bytes]:
        """Yield the lines of a file of any JSON."""
        require_few_values(dump.data)
        content = read_content(dump.data)
        self.encoding, self.has_many = content.encoding, len(content.pieces) > 1
        self.imported.is_json = self.imported.is_json and content.is_json
        self.imported.nan_count += content.nan_count
        before = self.imported.too_deep
        for piece in content.pieces:
            yield from self._add_piece(piece)
        too_deep = self.imported.too_deep - before
        self.imported.remarks += _describe_reading(
            content.is_json, self.texts - too_deep, content.encoding, content.nan_count, too_deep
        )

    def _add_piece(self, piece: Piece) -> Iterator[bytes]:
        """Yield the lines of one top-level value, or of a stretch that is not JSON."""
        if not piece.is_json:
            yield from self._add_text(piece)
            return
        self.number += 1
        try:
            lines = list(self._add_value(piece.value))
        except RecursionError:
            self.imported.too_deep += 1
            yield from self._add_text(piece)
            return
        yield from lines

    def _add_value(self, value: Json) -> Iterator[bytes]:
        """Yield the lines of a value: of an export's file by its own rules, of any other by looking for music in it."""
        exported = account_export.translate(value)
        if exported:
            self.imported.remarks += [f"left out {text}" for text in exported.left_out]
            for exported_document in exported.documents:
                yield from self._land(Document(exported_document.path, exported_document.value), exported_document)
            return
        unwrapped = unwrap(value)
        for document in unwrapped.documents:
            cleaned, kinds = personal.clean_document(document.value, keeps_private=self.facts.keeps_private)
            self._note_left_out(kinds)
            if cleaned is not None or not kinds:
                yield from self._land(Document(document.path, cleaned), None)
        prefix = f"document {self.number} " if self.has_many else ""
        scalars = personal.drop_personal_scalars(unwrapped.scalars)
        self.imported.scalars.update({prefix + path: scalar for path, scalar in scalars.items()})

    def _note_left_out(self, kinds: Iterable[str]) -> None:
        """Remark once on each kind of what is not landed."""
        new = [kind for kind in dict.fromkeys(kinds) if kind not in self.left_out]
        self.left_out |= dict.fromkeys(new)
        self.imported.remarks += [f"left out {kind}" for kind in new]

    def _add_text(self, piece: Piece) -> Iterator[bytes]:
        """Yield the line of a text that is not JSON; one with personal data is left out."""
        if not self.facts.keeps_private and personal.has_personal_text(piece.text):
            self._note_left_out([PERSONAL_TEXT])
            return
        self.texts += 1
        json_path = f"line {piece.line}" if self.has_many else "$"
        source = Source("import", list_source.name_by_path(self.facts.path, json_path))
        answer = replace(self._answer(source, {"json_path": json_path}), response_text=piece.text)
        self.imported.parts.append(_Part(source, Counted(), is_error=True, facts={}))
        yield build_answer_line(self.run, answer)

    def _land(self, document: Document, exported: Exported | None) -> Iterator[bytes]:
        """Yield a document's line, or several where its list is long, and remember what it holds."""
        source = exported.source if exported else self._source_of(document)
        facts = {**self.facts.names.get(source, {}), **list_source.find_facts(document.value, source)}
        if exported and exported.name:
            facts = {**facts, "name": exported.name}
        is_error = shapes.is_error_answer(document.value)
        for value in cut(document.value):
            answer = replace(self._answer(source, self._params(document.path)), status=find_status(document.value))
            response = encode_json(value)
            yield splice(build_answer_line(self.run, answer), response)
            self.imported.parts.append(_Part(source, count(response), is_error, facts))

    def _pass_through(self, response: bytes) -> bytes:
        """Return the line of an answer that needs no unwrapping, as the bytes it came as."""
        described = read_head(response)
        source = list_source.find_source(described, self.facts.path, "$")
        facts = {**self.facts.names.get(source, {}), **list_source.find_facts(described, source)}
        self.imported.parts.append(_Part(source, count(response), is_error=False, facts=facts))
        return splice(build_answer_line(self.run, self._answer(source, self._params("$"))), response)

    def _source_of(self, document: Document) -> Source:
        return list_source.find_source(document.value, self.facts.path, document.path)

    def _params(self, json_path: str) -> JsonObject:
        params: JsonObject = {"json_path": json_path}
        if self.has_many:
            params["document"] = self.number
        return params

    def _answer(self, source: Source, params: JsonObject) -> Answer:
        """Start an answer with what all answers of the file share."""
        if self.encoding == "latin-1":
            params["encoding"] = self.encoding
        return Answer(source, self.facts.path, params, self.run.extracted_at, status=None)


def _official_lines(data: bytes) -> list[bytes]:
    """Return the lines of a file of JSON lines that are all answers of Spotify's; none where one is not."""
    first, _, rest = data.partition(b"\n")
    if not rest.strip() or not is_official(first):
        return []
    lines = [line for line in data.splitlines() if line.strip()]
    return lines if all(map(is_official, lines)) else []


def splice(line: bytes, response: bytes) -> bytes:
    """Put a response, given as bytes, into a line that was built without one."""
    before, _, after = line.rpartition(NULL_RESPONSE)
    one_line = response.strip().replace(b"\r", b" ").replace(b"\n", b" ")
    return b"".join((before, b'"response":', one_line, after))


def cut(value: Json) -> Iterator[Json]:
    """Yield a document, in parts of its list where it is longer than the load reads as one line."""
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list) or len(items) < 2 or _size(items) <= LONGEST_RESPONSE:
        yield value
        return
    assert isinstance(value, dict)
    offset = value.get("offset")
    start = offset if isinstance(offset, int) and not isinstance(offset, bool) else 0
    total = value.get("total", len(items))
    for first, part in _parts(items):
        yield {**value, "items": part, "offset": start + first, "total": total}


def _size(items: list[Json]) -> int:
    """Estimate the bytes of a list from some of its elements, so that short ones are not written twice."""
    if len(items) < 1_000:
        return sum(len(encode_json(item)) for item in items)
    step = len(items) // 100
    return sum(len(encode_json(item)) for item in items[::step]) * step


def _parts(items: list[Json]) -> Iterator[tuple[int, list[Json]]]:
    """Cut a list by size, each part with the place of its first element."""
    part: list[Json] = []
    first = size = 0
    for number, item in enumerate(items):
        part.append(item)
        size += len(encode_json(item))
        if size >= PART:
            yield first, part
            part, first, size = [], number + 1, 0
    if part:
        yield first, part


def find_status(value: Json) -> int | None:
    """Find the HTTP status that an error body carries; of other dumped answers nobody knows it."""
    error = value.get("error") if shapes.is_object(value) and shapes.is_error_answer(value) else None
    status = error.get("status") if shapes.is_object(error) else None
    return status if isinstance(status, int) and not isinstance(status, bool) else None


def _list_results(parts: list[_Part]) -> list[SourceResult]:
    """Sum up the answers of each source, in order of first appearance."""
    by_source: dict[Source, list[_Part]] = {}
    for part in parts:
        by_source.setdefault(part.source, []).append(part)
    return [_sum_up(source, members) for source, members in by_source.items()]


def _sum_up(source: Source, parts: list[_Part]) -> SourceResult:
    """Say how far one source came."""
    entries = sum(part.counted.entries for part in parts)
    totals = _greatest_totals(parts)
    total = values.add_up(totals) if totals else None
    is_error = any(part.is_error for part in parts)
    is_complete = None if total is None else _covered(parts) >= total
    if is_error:
        is_complete = False
    elif all(part.counted.is_single for part in parts):
        is_complete = True
    facts: JsonObject = {}
    for part in parts:
        facts |= part.facts
    return SourceResult(source, "error" if is_error else "ok", len(parts), entries, total, is_complete, facts)


def _greatest_totals(parts: list[_Part]) -> list[int | None]:
    """Return the greatest total of each list of a source."""
    totals: dict[str | None, int | None] = {}
    for part in parts:
        for counted_list in part.counted.lists:
            totals[counted_list.name] = values.greater(totals.get(counted_list.name), counted_list.total)
    return list(totals.values())


def _covered(parts: list[_Part]) -> int:
    """Count the places that the pages of a source hold; a place that two pages hold counts once."""
    unplaced = 0
    ranges: dict[str | None, list[tuple[int, int]]] = {}
    for part in parts:
        for counted_list in part.counted.lists:
            if counted_list.offset is None or counted_list.offset < 0:
                unplaced += counted_list.size
            else:
                ranges.setdefault(counted_list.name, []).append(
                    (counted_list.offset, counted_list.offset + counted_list.size)
                )
    return unplaced + sum(map(_union, ranges.values()))


def _union(ranges: list[tuple[int, int]]) -> int:
    covered = end = 0
    for start, stop in sorted(ranges):
        covered += max(0, stop - max(start, end))
        end = max(end, stop)
    return covered


def _describe_reading(is_json: bool, broken: int, encoding: str, nan_count: int, too_deep: int) -> Iterator[str]:
    """Yield what was not read as it came."""
    if not is_json:
        yield "not valid JSON, kept as text"
    elif broken:
        yield f"{broken} broken {'stretch' if broken == 1 else 'stretches'} kept as text"
    if encoding != "utf-8":
        yield f"read as {encoding}"
    if nan_count:
        yield f"{nan_count} NaN or infinite as null"
    if too_deep:
        yield f"{too_deep} nested too deep, kept as text"
