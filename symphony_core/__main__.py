"""`python -m symphony_core` is `symphony`."""

import sys

from symphony_core.cli import main

sys.exit(main())
