"""Boundaries come in: files of bureaus are read, their features joined to regions, looked at, taken and taken back."""

from data.boundaries.take import BoundaryResult, FeatureNote, import_boundaries

__all__ = ["BoundaryResult", "FeatureNote", "import_boundaries"]
