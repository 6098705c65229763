"""What people see in Slack, as pure functions from typed values to Block Kit.

Values from people and from SWR stand in plain_text, rich_text or raw_text only: those show every character as it is.
"""
