"""One file per place listened to; found by name, see `listener.plugins`."""
