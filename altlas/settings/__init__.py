"""Configuration: ini files and environment into one frozen tree. Pure.

`load` reads, `render` prints the merged result, `describe` writes the reference; the
tree itself is in `altlas.settings.tree`.
"""

from altlas.settings.describing import describe
from altlas.settings.loading import Loaded, load
from altlas.settings.problems import Place, Problem, SettingsError
from altlas.settings.rendering import render

__all__ = ["Loaded", "Place", "Problem", "SettingsError", "describe", "load", "render"]
