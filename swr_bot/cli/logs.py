"""Where the programs that keep running write what they have to say."""

import logging


def log_to_standard_error() -> None:
    """Ours with reasons; of the libraries only what is wrong, since they name sessions and requests."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    logging.getLogger("swr_bot").setLevel(logging.INFO)
