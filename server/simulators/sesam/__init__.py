"""The French component, made of code: not approved, for demonstrations and tests only."""
