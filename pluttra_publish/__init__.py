"""Pluttra Publish: a preschool's days, sealed for its families, on any static host."""

__version__ = "0.1.0"
