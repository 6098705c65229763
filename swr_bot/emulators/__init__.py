"""Stand-ins on this machine for the services swr-bot talks to."""
