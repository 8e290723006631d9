"""Dated tables of the trade: CSV in, one read-only file out."""
