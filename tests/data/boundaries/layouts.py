"""Layouts of headings as bureaus have them, each with made-up cells of one county: which column is taken of each.

A layout is a line of ``heading:kind``; the marked kinds are what is to be taken. v t c s p: codes of village, township,
county, city, province; V T C S P: their names; o: a running number, a: an area, x: a coordinate, b: a number of the
feature, z: a postcode, h: people, n: a note, e: nothing; F: the whole path of names.
"""

import numpy as np

from data.boundaries.encodings import Cells

REGIONS = {
    "99": "示范省", "9901": "示范市", "990181": "示范县", "990181001": "青石镇", "990181002": "白河乡",
    "990181100": "东沟街道",
}  # fmt: skip
VILLAGES = {
    "990181001001": "西关村", "990181001002": "团结村", "990181001200": "镇中社区", "990181002001": "河口村",
    "990181002002": "团结村", "990181100001": "东沟社区", "990181100002": "靠山村",
}  # fmt: skip
VILLAGE_LAYOUTS = (
    "OBJECTID:o XZQDM:*v XZQMC:*V",
    "BSM:b YSDM:b XZQDM:*v XZQMC:*V KZMJ:a JSMJ:a MSSM:b HDMC:n BZ:n",
    "XZQDM:c XZQMC:C ZLDWDM:*v ZLDWMC:*V",
    "BSM:b QSDWDM:v QSDWMC:V ZLDWDM:*v ZLDWMC:*V TBMJ:a",
    "QSDWDM:*v QSDWMC:*V",
    "CJDCQDM:*v CJDCQMC:*V",
    "BSM:b YSDM:b CJDCQDM:*v CJDCQMC:*V DCMJ:a JSMJ:a",
    "XZQDM:c XZQMC:C XZMC:*T CUNDM:*v CUNMC:*V",
    "FID:o PAC:*v NAME:*V DISPNAME:V FULLNAME:F UPPAC:t UPNAME:*T X:x Y:x",
    "省代码:p 省级:P 市代码:s 市级:S 区县码:c 区县级:C 乡镇码:t 乡镇级:*T 村级码:*v 村级名:*V",
    "省级码:p 省级名:P 地市码:s 地市名:S 区县码:c 区县名:C 乡镇码:t 乡镇名:*T 村级码:*v 村级名:*V",
    "市代码_:s 市名:S 县代码_:c 县名:C 乡代码:t 乡名称:*T 村代码:*v 村名称:*V",
    "市代码:s 市名称:S 县代码:c 县名称:C 乡代码:t 乡名称:*T 村代码:*v 村名:*V 备注:n",
    "地市代码:s 区县代码:c 乡镇代码:t 村代码:*v 地市名称:S 区县名称:C 乡镇名称:*T 村名称:*V",
    "行政区划代码:*v 行政区划名称:*V",
    "行政区划代:*v 行政区划名:*V",
    "行政区代码:*v 行政区名称:*V 控制面积:a",
    "统计用区划代码:*v 名称:*V 城乡分类:b",
    "区划代码:*v 名称:*V 所属乡镇:*T",
    "代码:*v 名称:*V 镇:*T",
    "DM:*v MC:*V",
    "code:*v name:*V",
    "CODE:*v Name:*V town:*T county:C",
    "adcode:c code:*v name:*V",
    "adcode:c district:C towncode:t township:*T code:*v name:*V",
    "citycode:s adname:C adcode:c id:*v name:*V",
    "area_code:*v area_name:*V area_type:b",
    "AREA_CODE:*v NAME:*V area_level:b",
    "pcode:*v PNAME:P NAME:*V",
    "sheng:p sheng_name:P shi:s shi_name:S xian:c xian_name:C xiang:t xiang_name:*T cun:*v cun_name:*V",
    "SHENG:p SHENG_MC:P SHI:s SHI_MC:S XIAN:c XIAN_MC:C XIANG:t XIANG_MC:*T CUN:*v CUN_MC:*V",
    "SJXZQDM:s SJXZQMC:S XJXZQDM:c XJXZQMC:C XZXZQDM:t XZXZQMC:*T XZQDM:*v XZQMC:*V",
    "DSDM:s DSName:S QXDM:c QXMC:C XZDM:t XZMC:*T CUNDM:*v CUNMC:*V",
    "DQDM:s DQMC:S QXDM:c QXMC:C XZJDM:t XZJMC:*T SQCDM:*v SQCMC:*V",
    "CITY_CODE:s CITY_NAME:S COUNTY_COD:c COUNTY_NAM:C TOWN_CODE:t TOWN_NAME:*T CODE:*v NAME:*V",
    "DistID:c DistName:C StreetID:t StreetName:*T comid:*v comname:*V ComSqua:a",
    "DistID_1:c DistName_1:C StreetCODE:t StreetNa_1:T comid_1:*v comname_1:*V",
    "DISTRICTID:c STREET_ID:t BLOCK_ID:*v BLOCK_NAME:*V GID:b",
    "CZCUNDM:*v CZCUNMC:*V XZJMC:*T",
    "DJZQDM:*v DJZQMC:*V",
    "XJDM:*v XJMC:*V",
    "sqbm:*v sqmc:*V jd:*T",
    "SQBM:*v SQMC:*V JDMC:*T JDBM:t",
    "县区代:c 县区名:C 乡镇代:t 乡镇名:*T 行政村:*V 行政村代码:*v",
    "县区码:C 乡镇_12:t 镇代码_:t 街道名:*T 村级代码:*v 村级:*V",
    "XJGZQYMC:C XZJGZQYMC:*T CJGZQYMC:*V CJGZQYDM:*v",
    "VILLAGE_ID:*v VILLAGE:*V TOWNSHIP:*T COUNTY:C",
    "villagecode:*v villagename:*V towncode:t townname:*T",
    "Village-Code:*v Village-Name:*V Township:*T Postcode:z",
    "cunbianma:n CUN_DM:*v CUN_MC:*V",
    "村编码:*v 村:*V 乡:*T 县:C",
    "村（社区）代码:*v 村（社区）名称:*V 乡镇（街道）:*T",
    "社区代码:*v 社区名称:*V 街道:*T 户数:h 邮编:z",
    "居委会编号:*v 居委会:*V 街道名称:*T",
    "建制村代码:*v 建制村:*V 乡镇:*T",
    "坐落单位代码:*v 坐落单位名称:*V 权属单位代码:v 权属单位名称:V",
    "村委会编码:*v 村委会名称:*V",
    "字段1:*v 字段2:*V 字段3:*T",
    "F1:o F2:*v F3:*V F4:T F5:a",
    "BM:*v MC:*V SSXZ:*T SSXZDM:t",
    "code:e XZQDM:*v name:e XZQMC:*V",
    "id:o gml_id:b XZQDM_1:*v XZQMC_1:*V",
    "户数:h 人口:h 邮政编码:z 代码:*v 村名:*V",
    "名称:*V 乡镇:*T",
    "CUNMC:*V XZMC:*T 面积:a",
    "XZDM:*t CUNMC:*V",
    "乡镇代码:*t 村名称:*V 区县代码:c",
)
TOWNSHIP_LAYOUTS = (
    "XZQDM:*t XZQMC:*T",
    "地市名称:S 地市代码:s 区县名称:C 区县代码:c 乡镇名称:*T 乡镇代码:*t",
    "adcode:c district:C towncode:*t name:*T",
    "SHENG:P SHI:S XIAN:C XZDM:*t XZMC:*T",
    "PAC:*t NAME:*T UPPAC:c",
    "TOWN_CODE:*t TOWN_NAME:*T COUNTY_COD:c",
    "StreetID:*t StreetName:*T DistName:C",
    "乡代码:*t 乡名称:*T 县代码:c 县名称:C 面积:a",
    "街道码:*t 街道名:*T",
    "JDDM:*t JDMC:*T QXDM:c",
)


def columns(layout: str, *, township: bool = False) -> dict[str, Cells]:
    """Heading → cells of one layer in that layout: the villages above, or their townships."""
    codes = [code for code in REGIONS if len(code) == 9] if township else list(VILLAGES)
    made = {}
    for number, column in enumerate(layout.split(" ")):
        heading, kind = column.rsplit(":", 1)
        cells = [_cell(kind.removeprefix("*"), code, place, number) for place, code in enumerate(codes)]
        made[heading] = np.array(cells, object)
    return made


def taken(layout: str) -> tuple[str, str, str]:
    """(code, name, township): the headings a layout's marks say; where no code is marked but a township's, that one."""
    marked = {}
    for column in layout.split(" "):
        heading, kind = column.rsplit(":", 1)
        if kind.startswith("*"):
            marked[kind[1:]] = heading
    if "V" in marked:
        return marked.get("v", ""), marked["V"], marked.get("T") or marked.get("t", "")
    return marked["t"], marked["T"], ""


def _cell(kind: str, code: str, place: int, number: int) -> object:
    names = REGIONS | VILLAGES
    lengths = {"v": 12, "t": 9, "c": 6, "s": 4, "p": 2}
    if kind.lower() in lengths:
        part = code[: lengths[kind.lower()]]
        return names[part] if kind.isupper() else part.ljust(6, "0")
    return {
        "o": place + 1,
        "a": 1234.5 + place * 17.25 + number,
        "x": 122.0 + place / 100,
        "b": f"99018100{number:02d}{place:08d}",
        "z": "115200" if place % 2 else "115201",
        "h": 100 + place * 37,
        "n": "无",
        "e": None,
        "F": "".join(names[code[:length]] for length in (2, 4, 6, 9) if code[:length] in names) + names[code],
    }[kind]
