"""A QR code as a drawing; pure."""

import qrcode
from qrcode.constants import ERROR_CORRECT_Q

QUIET = 4  # modules of white around it, as ISO/IEC 18004 asks


def qr_svg(text: str) -> str:
    """``text`` as an SVG, one unit to a module, black on white: correction Q (a quarter may be lost), quiet zone 4."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0)
    code.add_data(text)
    code.make(fit=True)
    runs = "".join(_runs(row, line + QUIET) for line, row in enumerate(code.get_matrix()))
    side = code.modules_count + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="white"/><path d="{runs}" fill="black"/></svg>'
    )


def _runs(row: list[bool], line: int) -> str:
    """The dark stretches of one row as a path: one rectangle each."""
    found, start = [], None
    for place, dark in enumerate([*row, False]):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            found.append(f"M{start + QUIET} {line}h{place - start}v1h-{place - start}z")
            start = None
    return "".join(found)
