"""Looking after a running Listener: how it is, what is wrong, what it costs, and its database for the curious."""
