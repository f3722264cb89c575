"""Nodes without torch, for tests of the engine, the worker and the window."""
