"""Slack: people type `/swr`, see what will happen, and click."""
