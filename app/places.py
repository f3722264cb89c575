"""Where the program keeps what it may lose (caches) and what it may not; ``TESSERA_CACHE`` moves the former."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    named = os.environ.get("TESSERA_CACHE")
    return Path(named) if named else platformdirs.user_cache_path("tessera", appauthor=False)


def data_folder() -> Path:
    """What may not be lost: journals of unsaved edits, earlier versions of files, the queue."""
    return platformdirs.user_data_path("tessera", appauthor=False)


def models_folder() -> Path:
    """Where people put models of their own; the same as `nodes.models.folders.own_folder`, which the window must not import."""
    return data_folder() / "models"


def config_folder() -> Path:
    """What the user set once for all documents."""
    return platformdirs.user_config_path("tessera", appauthor=False)


def settings_folder() -> Path:
    """What people chose: looks and keys."""
    return platformdirs.user_config_path("tessera", appauthor=False)


def output_folder() -> Path:
    """Where pictures go when nobody says."""
    return platformdirs.user_pictures_path() / "Tessera"
