"""Files of decisions as a run writes them."""

import pyarrow as pa

from serving.batch.decisions import SCHEMA, encoded
from serving.batch.part_files import part_name


def write_decisions(file, rows, note=None):
    file.write_bytes(encoded(pa.Table.from_pylist(rows, SCHEMA), note or {}))


def write_part_file(folder, number, rows, note=None):
    write_decisions(folder / part_name(number), rows, note)
