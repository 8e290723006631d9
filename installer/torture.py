"""A pytest plugin: the hypothesis profile of `run.py torture`, with far more draws per test."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "torture",
    max_examples=5_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
