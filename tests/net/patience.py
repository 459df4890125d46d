# SPDX-License-Identifier: GPL-2.0
"""How many times longer to wait for anything, in a slow guest; see run.sh."""

import os

PATIENCE = int(os.environ.get("PATIENCE", "1"))


def fewer(count):
    """So many; in a slow guest a third of it, for what takes minutes there."""
    return count // 3 if PATIENCE > 2 else count
