"""Layers of boundary files: which columns and which coordinate system are taken, what is asked, and the features."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyogrio
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from data.boundaries.columns import Cells, Columns, cell_text, chosen
from data.boundaries.encodings import decoded
from data.boundaries.files import Staged, stage
from data.boundaries.systems import CHINA, Shapes, in_wgs84
from data.errors import Refused
from data.intake.questions import UNANSWERED, Answers, Question

_BROKEN = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, CRSError)


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
    called: Sequence[str] = (),
    regions: Mapping[str, str],
    answers: Answers = UNANSWERED,
) -> list[Layer]:
    """Every layer of the files that has polygons or might have.

    ``called``: the names the files were handed in under, where they are kept under others. ``regions``: code → name
    of the store's regions, by which columns are judged. ``answers``: what was answered to the questions of an earlier
    reading of the same files. Raises Refused where a file is none of the kinds, damaged, locked or too big.
    """
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    layers: list[Layer] = []
    for file in files:
        with tempfile.TemporaryDirectory(prefix="boundaries-") as directory:
            staged = list(stage(Path(file), Path(directory)))
            if not staged:
                raise Refused(
                    f"{file.name} 里没有边界数据，需要 GeoJSON、GeoPackage 或 Shapefile（.shp 连同 .dbf、.prj）。"
                )
            for one in staged:
                layers += _layers(one)
    return layers


def read_features(files: Sequence[Path]) -> Iterator[Feature]:
    """Every feature of every layer; a layer that cannot be taken is one of number 0 with its fault."""
    for layer in read_layers(files, regions={}):
        if layer.fault:
            yield Feature(layer.label, 0, "", "", "", None, layer.fault)
        yield from layer.features


def _layers(staged: Staged) -> Iterator[Layer]:
    source = f"GeoJSON:{staged.path}" if staged.kind == "GeoJSON" else str(staged.path)
    # a dbf is read byte for byte, since its encoding is often not what it says
    encoding = "ISO-8859-1" if staged.kind == "ESRI Shapefile" else None
    try:
        layers = [name for name, kind in pyogrio.list_layers(source) if kind is not None]
        for name in layers:
            meta, _, geometry, fields = pyogrio.raw.read(source, layer=name, encoding=encoding, force_2d=True)
            columns = dict(zip(meta["fields"], fields, strict=True))
            if encoding:
                columns = decoded(columns)
            if geometry is not None and len(geometry):
                shapes = shapely.from_wkb(geometry, on_invalid="fix")
                yield _layer(staged.name, name if len(layers) > 1 else "", columns, shapes, meta["crs"])
    except _BROKEN as error:
        raise Refused(f"{staged.name} 打不开：文件已损坏或不完整，请重新导出后再导入。") from error


def _layer(file: str, name: str, columns: Mapping[str, Cells], shapes: Shapes, crs: str | None) -> Layer:
    label = f"{file}:{name}" if name else file
    headings = tuple(map(str, columns))
    layout = hashlib.sha256("\n".join(headings).encode()).hexdigest()[:16]
    taken = chosen(columns)
    if not taken.code and not (taken.name and taken.township):
        fault = f"没有代码列（如 code、XZQDM、ZLDWDM、区划代码），只有：{'、'.join(headings) or '无'}"
        return Layer(file, name, layout, headings, taken, "", (), (), (), fault)
    placed = in_wgs84(label, shapes, crs)
    features = []
    west, south, east, north = CHINA
    for number, (before, shape) in enumerate(zip(shapes, placed, strict=True), 1):
        code, called, township = (
            cell_text(columns[one][number - 1]) if one else "" for one in (taken.code, taken.name, taken.township)
        )
        fault = ""
        if before is None or before.is_empty:
            fault = "没有图形"
        elif not shapely.box(west, south, east, north).covers(shapely.box(*shape.bounds)):
            fault, shape = "坐标不在中国范围内", None
        features.append(Feature(label, number, code, called, township, shape, fault))
    return Layer(file, name, layout, headings, taken, "", (), (), tuple(features))
