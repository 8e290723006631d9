"""The online services of France, made of code: ADRi and those of the complementaries [T]."""
