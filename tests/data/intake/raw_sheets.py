"""Workbooks written cell by cell, as programs other than ours write them: the XML of the rows is given."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def letters(column: int) -> str:
    """0 → A, 26 → AA."""
    return (letters(column // 26 - 1) if column > 25 else "") + chr(65 + column % 26)


def row(number: int | None, cells: list[str]) -> str:
    """A row, its cells given as XML with ``{at}`` where their place goes; without a number nothing says where it is."""
    written = "".join(
        cell.replace("{at}", f' r="{letters(column)}{number}"' if number else "") for column, cell in enumerate(cells)
    )
    return f'<row r="{number}">{written}</row>' if number else f"<row>{written}</row>"


def plain(words: object) -> str:
    """A cell with a text, for :func:`row`; an empty one has no content."""
    return f'<c{{at}} t="inlineStr"><is><t>{escape(str(words))}</t></is></c>' if words != "" else "<c{at}/>"


def raw_xlsx(path: Path, sheets: dict[str, str], *, prefix: str = "", folder: str = "worksheets") -> Path:
    """A workbook of sheets, name → XML of their rows; ``prefix`` before every name of an element of the sheets."""
    # numbered from the end: a sheet's file is the one its relation names, not the one with its own number
    files = {name: f"{folder}/sheet{len(sheets) - place}.xml" for place, name in enumerate(sheets)}
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(files, 1))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": _relations({"r1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            {f"r{number}": ("worksheet", file) for number, file in enumerate(files.values(), 1)}
        ),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in parts.items():
            archive.writestr(name, xml)
        for name, rows in sheets.items():
            xml = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData><mergeCells/></worksheet>'
            if prefix:
                xml = xml.replace("<", f"<{prefix}:").replace(f"<{prefix}:/", f"</{prefix}:")
                xml = xml.replace("xmlns=", f"xmlns:{prefix}=")
            archive.writestr(f"xl/{files[name]}".replace("xl//", ""), xml)
    return path


def _relations(related: dict[str, tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{id}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for id, (kind, target) in related.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'
