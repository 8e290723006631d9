"""What leaves with an export, to be run by anybody who has Python and nothing of ours."""
