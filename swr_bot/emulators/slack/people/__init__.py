"""What people can do at a Slack window, and what they then see."""
