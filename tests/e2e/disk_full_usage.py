"""A full disk under usage: refused events and uses are not counted, acknowledged ones are, each once.

As disk_full.py, with workers that tell events, consume and reserve.
"""
import sys

from disk_full import main
from usage_model import UsageWorker

if __name__ == "__main__":
    sys.exit(main("disk_full_usage", UsageWorker))
