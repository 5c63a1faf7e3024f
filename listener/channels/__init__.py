"""One file per place told; found by name, see `listener.plugins`."""
