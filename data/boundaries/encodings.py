"""Texts of a dbf, whose encoding is often not what it says."""

import codecs

import numpy as np
import numpy.typing as npt


def decoded(columns: dict[str, npt.NDArray[np.generic]]) -> dict[str, npt.NDArray[np.generic]]:
    """Names and texts of a dbf, read as bytes: UTF-8 where all of it is, else GB18030; half a character is dropped."""
    texts = [*columns, *(value for column in columns.values() for value in column if isinstance(value, str))]
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)
        try:
            for text in texts:
                decoder().decode(text.encode("latin-1"))
        except UnicodeDecodeError:
            continue
        break

    def decode(text: str) -> str:
        return decoder("replace").decode(text.encode("latin-1"))

    return {
        decode(name): np.array([decode(value) if isinstance(value, str) else value for value in column], object)
        for name, column in columns.items()
    }
