"""Failing syncs and writes under usage: what is acknowledged counts once, what is refused may be sent again.

As sync_failure.py, with a worker that tells events, consumes and reserves.
"""
import sys

from sync_failure import main
from usage_model import UsageWorker

if __name__ == "__main__":
    sys.exit(main("sync_failure_usage", UsageWorker))
