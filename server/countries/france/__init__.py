"""France: tariffs, conventions, formulas, routes and clocks, as rules without a screen."""
