"""Editors of painted documents: masks, sketches, layouts, layers and frames, drawn on the picture that leads into their node."""
