"""These tests run alone as well: no test asserts a time, and a first example pays for imports."""

from hypothesis import settings

settings.register_profile("symphony", deadline=None)
settings.load_profile("symphony")
