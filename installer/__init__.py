"""How Besace reaches a machine: decisions and steps of `run.py`, standard library only."""
