"""Parquet: a record a row, read a few rows at a time and only the columns that are wanted."""

from collections.abc import Iterator
from io import BufferedReader

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.containers.json_lines import record_of
from pipeline.containers.reading import Limits, Record, Refused
from pipeline.store_raw import FormatError

_MAGIC = b"PAR1"
# Articles of 5 kB each make a megabyte or two.
_ROWS = 256


def matches(head: bytes, _name: str) -> bool:
    """Recognise a file by its first bytes."""
    return head.startswith(_MAGIC)


def records(stream: BufferedReader, _name: str, limits: Limits) -> Iterator[Record | Refused]:
    """Read a record from each row, numbered from 1.

    Raises:
        FormatError: `malformed` where the file, or what follows, cannot be read, `no-text` where no column is a text's.
    """
    try:
        with pq.ParquetFile(stream) as file:
            names = file.schema_arrow.names
            wanted = [name for name in names if name.casefold() in limits.fields.columns()]
            if not {*limits.fields.names["text"], *limits.fields.names["html"]}.intersection(map(str.casefold, wanted)):
                told = f"no column holds text: it has {', '.join(names[:12])}; see records.toml"
                raise FormatError("no-text", told)
            number = 0
            for batch in file.iter_batches(batch_size=_ROWS, columns=wanted):
                for row in batch.to_pylist():
                    number += 1
                    yield record_of(number, row, limits, 0)
    except (pa.ArrowException, OSError) as error:
        raise FormatError("malformed", f"the Parquet file is broken: {error}") from None
