"""Placeholder until the demo data are there."""


def ensure_demo():
    raise NotImplementedError
