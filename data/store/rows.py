"""What the store answers: the columns are the query's own, and only it says of which types they are."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult, Result, Row, RowMapping

# Any: see above
Answer = Result[*tuple[Any, ...]]
StoredRow = Row[*tuple[Any, ...]]  # Any: see above; its values by place or by name
Record = RowMapping | Mapping[str, Any]  # Any: see above; its values by name, something of it may be masked


def written_id(written: CursorResult[*tuple[()]]) -> int:
    """The id that one inserted row got."""
    key = written.inserted_primary_key
    assert key is not None
    return int(key[0])
