"""The same graph on several canvases, each driven by the same hands."""
