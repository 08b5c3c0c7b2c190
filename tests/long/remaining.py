"""What is left on storage, read in its plain form: Parquet and Avro are compressed, raw objects are gzip."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from lakehouse.warehouse.home import read_avro

GZIP = 31
"""zlib's code for data with a gzip header."""


def files_with(folder: Path, *words: str) -> list[str]:
    """Return the files below a folder in whose name or content one of the words is."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(word in text for text in plain_texts(path) for word in words)
    ]


def plain_texts(path: Path) -> Iterator[str]:
    """Yield all that a file says."""
    content = path.read_bytes()
    yield path.name
    yield content.decode("utf-8", "replace")
    if path.suffix == ".parquet":
        yield repr(pq.ParquetFile(path).read().to_pylist())
    elif path.suffix == ".avro":
        _, header, records = read_avro(path)
        yield repr((header, records))
    elif path.suffix == ".gz":
        # What is cut off is read as far as it goes.
        yield zlib.decompressobj(GZIP).decompress(content).decode("utf-8", "replace") if content else ""
