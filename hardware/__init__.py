"""Hands: cards, codes, paper."""
