"""Small tools for people who work on Listener; not part of the product."""
