"""The MCP face: four tools, their resources and a prompt, for AI assistants."""
