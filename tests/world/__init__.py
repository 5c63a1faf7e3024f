"""The product as it is, against stand-in platforms that real clients reach through a proxy."""
