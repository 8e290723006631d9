"""The MyCareNet platform and the insurers behind it, simulated: `serve` starts both."""
