#!/usr/bin/env bash
# Make a real conda from PyPI alone, for tests on machines that have none.
#
#   tests/conda/conda_from_pypi.sh ROOT CHANNELS [PYTHON]
#
# ROOT      folder to make; the command is ROOT/condabin/conda
# CHANNELS  folder of local channels: the channel NAME of an environment file is CHANNELS/NAME
# PYTHON    interpreter to make ROOT from (default: python3)
#
# The package conda-lock carries all of conda 24.7.1, the oldest version that Snakemake 9 accepts;
# only the launcher is missing. ROOT is its prefix, so it is never an environment that is used
# otherwise.
set -euo pipefail

if [[ $# -lt 2 || $# -gt 3 ]]; then
    echo "usage: ${0##*/} ROOT CHANNELS [PYTHON]" >&2
    exit 2
fi
root=$(realpath --canonicalize-missing -- "$1")
channels=$(realpath --canonicalize-missing -- "$2")
python=${3:-python3}

packages=(
    conda-lock==4.0.3
    # what conda needs and conda-lock does not
    archspec==0.2.5
    conda-package-handling==2.6.0
    distro==1.9.0
    frozendict==2.4.7
    pluggy==1.6.0
    pycosat==0.6.6
    tqdm==4.67.1
    truststore==0.10.4
)

"$python" -m venv "$root"
"$root/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"
mkdir -p "$root/condabin" "$root/conda-meta"
touch "$root/conda-meta/history"

{
    printf '#!%s/bin/python\n' "$root"
    cat <<'PYTHON'
"""conda, from the copy that conda-lock carries."""

import importlib
import importlib.abc
import importlib.util
import sys
import types

# The folder alone: conda-lock itself takes longer to import than conda.
package = types.ModuleType("conda_lock")
package.__path__ = importlib.util.find_spec("conda_lock").submodule_search_locations
sys.modules["conda_lock"] = package


class CarriedConda(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Import conda.x as the very module conda_lock._vendor.conda.x.

    conda finds its commands and plugins by the strings "conda.cli..." and "conda.plugins...".
    """

    def find_spec(self, name, path=None, target=None):
        if name == "conda" or name.startswith("conda."):
            return importlib.util.spec_from_loader(name, self)
        return None

    def create_module(self, spec):
        module = importlib.import_module(f"conda_lock._vendor.{spec.name}")
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module):
        module.__spec__ = module.__spec__.loader_state


sys.meta_path.insert(0, CarriedConda())

if __name__ == "__main__":  # conda's look for a GPU starts this file again as a module
    from conda.cli import main

    sys.exit(main())
PYTHON
} >"$root/bin/conda"
chmod +x "$root/bin/conda"
ln -sf ../bin/conda "$root/condabin/conda"

# What Snakemake sources before each job; conda's own relies on shell functions that are not carried.
cat >"$root/bin/activate" <<SH
eval "\$("$root/bin/conda" shell.posix activate "\$@")"
SH

cat >"$root/.condarc" <<YAML
solver: classic
channel_alias: file://$channels
default_channels: []
channel_priority: strict
auto_update_conda: false
notify_outdated_conda: false
number_channel_notices: 0
YAML

"$root/condabin/conda" --version
