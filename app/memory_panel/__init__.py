"""The panel of what the worker holds: how much, within which budget, and letting it go."""
