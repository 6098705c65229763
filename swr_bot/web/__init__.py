"""The HTTP side: one ASGI app for the MCP endpoint and its health, who is let in, and how it is served."""
