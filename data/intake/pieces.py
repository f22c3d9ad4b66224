"""What one file holds of a sheet once it was read: what is checked together, and written."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass
class Piece:
    """The values of one file's rows by column name, their row numbers, and which rows are refused.

    ``current``: until when the file knows what was entered (ISO, local), empty where that is not known. ``cleared``
    and ``lacking`` say by column which rows empty the stored value, and which leave a required cell empty.
    """

    file: str
    current: str
    names: tuple[str, ...]
    values: pa.Table
    rows: npt.NDArray[np.int64]
    bad: npt.NDArray[np.bool_]
    repeated: npt.NDArray[np.bool_]  # the same row stands further up
    cleared: Mapping[str, npt.NDArray[np.bool_]]
    lacking: Mapping[str, npt.NDArray[np.bool_]]
