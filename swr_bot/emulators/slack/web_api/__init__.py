"""The Web API: one table of methods, and their bodies by family."""
