"""The tests, laid out as the package is.

Machines that run them are shared and slow at times: hypothesis must not take that for a bug.
"""

from hypothesis import settings

settings.register_profile("altlas", deadline=None)
settings.load_profile("altlas")
