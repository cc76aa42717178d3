"""docs/format.md as bytes and values. Standard library only; does not know keys."""
