"""Where proposals live and what happened is written down.

Import `Journal` from `swr_tools.journal.journal`; this package itself loads no database library, so that
`swr_tools.journal.chain` (the entries and their hashes) needs none.
"""


class CodeTaken(Exception):
    """Another open proposal has this code: draw another one."""
