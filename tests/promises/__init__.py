"""What delivery promises, where it is easiest to break: each of these was broken once."""
