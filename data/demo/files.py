"""The demonstration as files: an official workbook, zips of CSV for what is too long for it, and GeoJSON outlines."""

import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import shapely
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from data.demo.geography import Land
from data.demo.ground import Column
from data.workbook.sheets import SHEET, SHEETS, ColumnSpec, SheetSpec
from data.workbook.values import period_label

LONGEST = 150_000  # rows of a workbook's sheet; more goes into a zip
_LEVELS = {4: "市", 6: "县", 9: "乡镇", 12: "村"}
_EPOCH = datetime(2020, 1, 1)


def table(sheet: str, columns: Mapping[str, Column]) -> pa.Table:
    """The sheet as it is written: official headings, yuan, 是/否, months as text; all null where nothing is known."""
    spec = SHEET[sheet]
    assert set(columns) <= {column.name for column in spec.columns}, sheet
    return pa.table({c.heading: _shown(c, columns[c.name]) for c in spec.columns if c.name in columns})


def _shown(column: ColumnSpec, values: Column) -> pa.Array:
    if column.kind == "money":
        return pc.divide(pa.array(values, from_pandas=True).cast(pa.float64()), 100.0)
    if column.kind == "percent":
        return pa.array(np.asarray(values) / 100)
    if column.kind in ("month", "period"):
        months, where = np.unique(np.asarray(values), return_inverse=True)
        return pa.array([period_label(int(month)) for month in months]).take(pa.array(where))
    if column.stored:
        return pa.array([None if value is None else column.word(value) for value in values], pa.string())
    if column.kind == "yes_no":
        return pa.array([None if value is None else "是" if value else "否" for value in values], pa.string())
    if column.stored:
        return pa.array([column.word(value) for value in values], pa.string())
    if column.kind == "day":
        return pa.array(values).cast(pa.date32()).cast(pa.string())
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return pa.array(values, from_pandas=True)  # NaN: unknown
    return values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)


def write_workbook(path: Path, sheets: Mapping[str, pa.Table]) -> Path:
    """An .xlsx with the sheets in the official order."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False})
    book.set_properties({"created": _EPOCH, "title": "演示数据"})
    for spec in SHEETS:
        if spec.name in sheets:
            _write_sheet(book.add_worksheet(spec.name), spec, sheets[spec.name])
    book.close()
    return path


def _write_sheet(sheet: Worksheet, spec: SheetSpec, content: pa.Table) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(spec.columns) - 1, 16)
    headings = {column.heading: column.heading + "*" * column.required for column in spec.columns}
    for place, heading in enumerate(content.column_names):
        sheet.write_string(0, place, headings[heading])
    columns = [column.to_pylist() for column in content.columns]
    writers = [sheet.write_string if pa.types.is_string(c.type) else sheet.write_number for c in content.columns]
    places = range(len(columns))
    for row, cells in enumerate(zip(*columns, strict=True), start=1):
        for place in places:
            if cells[place] is not None:
                writers[place](row, place, cells[place])


def write_zip(path: Path, sheet: str, parts: Iterable[pa.Table]) -> Path:
    """A zip with one CSV (UTF-8 with BOM) named as the sheet, from the parts as they come."""
    entry = zipfile.ZipInfo(f"{sheet}.csv", _EPOCH.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    options = pa.csv.WriteOptions(include_header=False, quoting_style="none")
    with (
        zipfile.ZipFile(path, "w", compresslevel=1) as archive,
        archive.open(entry, "w", force_zip64=True) as stream,
    ):
        begun = False
        for part in parts:
            if not begun:
                stream.write(("\ufeff" + ",".join(part.column_names) + "\n").encode())
                begun = True
            sink = pa.BufferOutputStream()
            pa.csv.write_csv(part, sink, options)
            stream.write(sink.getvalue())
    return path


def write_boundaries(directory: Path, land: Land) -> list[Path]:
    """One GeoJSON file for each level, named 市, 县, 乡镇, 村, with code and name of each region."""
    paths = []
    for level, places in sorted(land.places.items()):
        features = [
            {
                "type": "Feature",
                "properties": {"code": place.code, "name": place.name},
                "geometry": shapely.geometry.mapping(place.shape),
            }
            for place in places
        ]
        path = directory / f"边界-{_LEVELS[level]}.geojson"
        path.write_text(
            json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8"
        )
        paths.append(path)
    return paths
