"""The search palette: find a node type by a few letters."""
