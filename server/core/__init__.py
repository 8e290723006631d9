"""Words and arithmetic of the trade: no country, no input or output, no clock."""
