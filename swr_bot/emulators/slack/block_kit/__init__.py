"""Block Kit as strict as Slack: what a message, a modal or a home tab may consist of.

Written from the reference pages and Slack's own table of which block may stand where. The blocks
``auth_provider``, ``call``, ``data_visualization``, ``layout`` and ``video`` are not known here and refused.
"""

from .surfaces import check_blocks, check_options_answer, check_view

__all__ = ["check_blocks", "check_options_answer", "check_view"]
