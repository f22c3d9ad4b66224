"""Layers of boundary files: which columns and which coordinate system are taken, what is asked, and the features."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from data.boundaries.columns import SKIP, Columns, cell_text, chosen
from data.boundaries.encodings import Cells, decoded, private
from data.boundaries.files import SILENT, Staged, staged
from data.boundaries.systems import Shapes, placed
from data.errors import Refused
from data.intake.questions import UNANSWERED, Answers, Question
from data.regions.codes import region_code

_BROKEN = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, CRSError, ValueError)

_AREAS, _NOTHING = (3, 6, 7), -1  # polygons, several of them, and collections, which may hold some
READING = "读取边界"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Feature:
    """One feature of a layer: where it stands, what it calls itself (as written) and its WGS-84 geometry.

    ``fault``: why it cannot be taken, '' where it can; its geometry is then None. ``doubt``: what is to be said of it
    though it is taken.
    """

    file: str  # the label of its layer
    number: int  # counted from 1 within the layer
    code: str
    name: str
    township: str
    geometry: shapely.Geometry | None
    fault: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class Layer:
    """One layer of a file.

    ``name`` is '' where the file holds but one. ``layout``: a digest of its headings. ``system``: the coordinate
    system taken, in words. ``doubts``: sentences to tell. ``fault``: why none of it can be taken (until a question is
    answered, where there are any), '' where it can; it then has no features.
    """

    file: str
    name: str
    layout: str
    headings: tuple[str, ...]
    columns: Columns
    system: str
    doubts: tuple[str, ...]
    questions: tuple[Question, ...]
    features: tuple[Feature, ...]
    fault: str = ""

    @property
    def label(self) -> str:
        """What the user knows the layer by."""
        return f"{self.file}:{self.name}" if self.name else self.file


def read_layers(
    files: Sequence[Path],
    *,
    regions: Mapping[str, str],
    answers: Answers = UNANSWERED,
    progress: Progress | None = None,
) -> list[Layer]:
    """Every layer of the files that has polygons or might have.

    ``regions``: code → name of the store's regions, by which columns are judged. ``answers``: what was answered to the
    questions of an earlier reading of the same files. ``progress`` is called with a label, the number of files done
    and their total. Raises Refused where a file is none of the kinds, damaged, locked or too big.
    """
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    layers: list[Layer] = []
    done = 0
    for count, group in staged(files):
        if progress:
            progress(READING, done, len(files))
        for one in group:
            layers += _layers(one, regions, answers)
        done += count
    if progress:
        progress(READING, len(files), len(files))
    return layers


def _layers(file: Staged, regions: Mapping[str, str], answers: Answers) -> Iterator[Layer]:
    """The layers of one staged file that have geometry."""
    # a dbf is read byte for byte, since its encoding is often not what it says
    raw = file.kind == "ESRI Shapefile"
    try:
        layers = [name for name, kind in pyogrio.list_layers(file.source) if kind is not None]
        for name in layers:
            meta, _, geometry, fields = pyogrio.raw.read(
                file.source, layer=name, encoding="ISO-8859-1" if raw else None, force_2d=True
            )
            if geometry is None or not len(geometry):
                continue
            columns = decoded(list(zip(map(str, meta["fields"]), fields, strict=True)), raw=raw)
            # what GeoJSON does not say of its system is no word of the file's
            silent = file.kind in SILENT and meta["crs"] == "EPSG:4326"
            shapes = shapely.from_wkb(geometry, on_invalid="fix")
            crs = None if silent else meta["crs"]
            yield _layer(file, name if len(layers) > 1 else "", columns, shapes, crs, regions, answers)
    except _BROKEN as error:
        raise Refused(f"{file.name} 打不开：文件已损坏或不完整，请重新导出后再导入。") from error


def _layer(
    file: Staged,
    name: str,
    columns: Mapping[str, Cells],
    shapes: Shapes,
    crs: str | None,
    regions: Mapping[str, str],
    answers: Answers,
) -> Layer:
    label = f"{file.name}:{name}" if name else file.name
    headings = tuple(columns)
    layout = hashlib.sha256("\n".join(headings).encode()).hexdigest()[:16]
    said = answers.get(f"columns:{layout}") or answers.get(layout, "")
    choice = chosen(columns, regions, said)
    taken = choice.columns
    questions = []
    if choice.options:
        text = f"{label} 的哪一列是区划代码？"
        questions.append(
            Question(f"columns:{layout}", label, text, choice.options, choice.proposed, layout, choice.examples)
        )
    cells = {one: [cell_text(value) for value in columns[one]] if one else [""] * len(shapes) for one in _used(taken)}
    codes, names, towns = cells[taken.code], cells[taken.name], cells[taken.township]
    put = placed(shapes, crs, province=_province(codes), answer=answers.get(f"system:{label}", ""))
    if put.options:
        text = f"{label} 是哪种坐标系？"
        questions.append(Question(f"system:{label}", label, text, put.options))
    fault = put.fault
    if said == SKIP:
        fault = "按选择不导入"
    elif not headings and file.kind == "ESRI Shapefile":
        fault = "没有属性表，请把同名的 .dbf 一起交来"
    elif not np.isin(shapely.get_type_id(shapes), (_NOTHING, *_AREAS)).any():
        fault = "图形是点或线，不是面"
    elif not taken.code and not (taken.name and taken.township):
        fault = f"没有代码列，也没有乡镇和名称两列，现有的列：{'、'.join(headings) or '无'}"
    features = (
        ()
        if fault
        else tuple(
            Feature(label, number, code, called, _township(town), shape, wrong, doubt)
            for number, (code, called, town, shape, wrong, doubt) in enumerate(
                zip(codes, names, towns, put.shapes, put.faults, put.doubts, strict=True), 1
            )
        )
    )
    doubts = (*file.said, *choice.doubts, *put.said, *_private(names))
    return Layer(file.name, name, layout, headings, taken, put.system, doubts, tuple(questions), features, fault)


def _used(taken: Columns) -> set[str]:
    return {taken.code, taken.name, taken.township}


def _province(codes: Sequence[str]) -> str:
    """The first two digits of most codes, '' where there are none."""
    counted = Counter(code[:2] for code in map(lambda one: region_code(one)[0], codes) if code)
    return counted.most_common(1)[0][0] if counted else ""


def _township(text: str) -> str:
    """What says the township: its name, or its code as the store writes it."""
    code, _ = region_code(text)
    return code if len(code) == 9 else text


def _private(names: Sequence[str]) -> Iterator[str]:
    """The sentence about names that hold signs of somebody's own font."""
    strange = [name for name in names if private(name)]
    if strange:
        yield (
            f"{len(strange)} 个名称含有造字（如“{strange[0]}”，U+{ord(private(strange[0])):04X}），"
            "别的电脑可能显示为空白，已原样保留，请核对后改为规范字"
        )
