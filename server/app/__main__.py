"""`python -m server.app`: the `besace` command, for processes we start ourselves."""

from server.app import main

main()
