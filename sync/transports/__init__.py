"""One transport per partner, each beside its fake."""
