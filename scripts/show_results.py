"""Print the verdicts of a finished run as a plain table, and where its reports are.

    python scripts/show_results.py DIRECTORY

DIRECTORY is what snakemake was given as --directory.
"""

import argparse
import shutil
import sys
from pathlib import Path

from ntrkoma.cohort.overview import overview
from ntrkoma.errors import InputError

assert __doc__
parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("directory", type=Path, help="what snakemake was given as --directory")
try:
    columns = shutil.get_terminal_size((140, 24)).columns
    print(overview(parser.parse_args().directory, columns))
except InputError as problem:
    sys.exit(f"show_results: {problem}")
