"""What hangs on walls: how a display is set up, and the figures as they were shown."""

from sqlalchemy import Column, ForeignKey, Index, Text

from data.model.columns import Code, Day, Number, Real, Small, region_code, table

display = table(
    "display",
    Column("device_id", Number, ForeignKey("device.id"), primary_key=True),
    Column("cm", Number, nullable=False),  # how wide its picture is
    Column("far", Real, nullable=False),  # metres to the farthest seat
    Column("dark", Small, nullable=False),
    Column("scenes", Text, nullable=False),  # their names in their order, with commas; '' all that its region has
    Column("seconds", Number, nullable=False),  # of each scene
    Column("changed", Text, nullable=False),
    Column("actor", Text, nullable=False),
)

showing = table(
    "showing",
    Column("id", Number, primary_key=True),
    Column("day", Day, nullable=False),
    Column("at", Text, nullable=False),
    Column("version", Number, nullable=False),  # of the data
    Column("name", Text),  # what it was kept for, such as a meeting; NULL: the night's
    Column("actor", Text, nullable=False),
    Index("showing_day", "day"),
)

figure_shown = table(
    "figure_shown",
    region_code(primary_key=True),
    Column("indicator", Code, primary_key=True),
    Column("showing", Number, ForeignKey("showing.id"), primary_key=True),
    Column("month", Number, nullable=False),  # at whose end it stood
    Column("closed", Small, nullable=False),  # whether that was closed there
    Column("value", Real),
    Index("figure_shown_showing", "showing"),
    clustered=True,
)
