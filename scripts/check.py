"""Check a configuration, its sample sheet and references, and this machine, without running a job.

Paths in the configuration are relative to --directory, as in the run.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

try:
    from ntrkoma.inputs.check import main
except ImportError as missing:
    from ntrkoma.inputs.packages import import_problem

    sys.exit(import_problem(missing) or f"check: {missing}")

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], ROOT))
