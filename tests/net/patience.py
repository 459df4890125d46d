# SPDX-License-Identifier: GPL-2.0
"""How many times longer to wait for anything, in a slow guest; see run.sh."""

import os

PATIENCE = int(os.environ.get("PATIENCE", "1"))
