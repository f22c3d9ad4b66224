"""Whatever is wrong with a boundary file, it ends in layers or in one sentence, in bounded memory."""

import resource
from pathlib import Path

import pytest

from data.boundaries.layers import Layer, read_layers
from data.errors import Refused
from tests.data.boundaries.damaged import FILES, damaged
from tests.data.boundaries.ground import NAMES


@pytest.mark.filterwarnings("ignore")  # GDAL and shapely say much about damaged files
@pytest.mark.parametrize("seed", range(FILES))
def test_a_damaged_file_ends_in_layers_or_in_a_sentence(tmp_path: Path, seed: int) -> None:
    files = damaged(tmp_path, seed)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        layers = read_layers(files, regions=NAMES)
    except Refused as refused:
        assert str(refused).endswith("。") and "\n" not in str(refused)
    else:
        for layer in layers:
            _sound(layer)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kB


def _sound(layer: Layer) -> None:
    assert layer.features or layer.fault
    for one in layer.features:
        assert (one.geometry is None) == bool(one.fault)
        if one.geometry is not None:
            west, south, east, north = one.geometry.bounds
            assert 73 <= west <= east <= 136 and 3 <= south <= north <= 54
