"""The faces of swr-bot: the terminal, and later MCP and Slack; what can be done lives in swr_tools."""
