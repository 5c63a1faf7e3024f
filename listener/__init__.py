"""Listener hears what people ask for in public and tells the right people in Slack while there is still time."""

__version__ = "0.1.0"
