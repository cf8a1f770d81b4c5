"""Configuration: ini files and environment into one frozen tree. Pure.

`load` reads (`draft` goes on where that gives up), `render` prints the merged result,
`describe` writes the reference; the tree itself is in `altlas.settings.tree`.
"""

from altlas.settings.describing import describe
from altlas.settings.drafts import Draft, Loaded
from altlas.settings.loading import draft, load
from altlas.settings.problems import Place, Problem, SettingsError
from altlas.settings.rendering import render

__all__ = [
    "Draft",
    "Loaded",
    "Place",
    "Problem",
    "SettingsError",
    "describe",
    "draft",
    "load",
    "render",
]
