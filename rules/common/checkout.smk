"""Where this workflow's files are: in the folder of this checkout, or in a commit of a git repository.

A module may be read from git, as `github()`, `gitlab()` and `gitfile()` do. Snakemake then brings one
file at a time, and neither the Python package nor the tables that it reads. So the commit is copied
out once, beside Snakemake's own copies, and all that follows is read from there like a checkout.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from snakemake.sourcecache import HostingProviderFile
from snakemake.sourcecache import LocalSourceFile


def copy_commit(source):
    """Folder with all files of the commit that a file in git is of."""
    from git import Repo  # it cannot be imported where there is no git

    hosted = isinstance(source, HostingProviderFile)
    repository = Repo(source.hosted_repo.repo_clone if hosted else source.repo_path)
    commit = repository.commit(source.ref).hexsha
    copies = Path(workflow.sourcecache.cache_path) / "ntrkoma"
    copies.mkdir(exist_ok=True)
    # Jobs read this at the same time: whoever is first renames its copy into place, whole.
    with tempfile.TemporaryDirectory(dir=copies) as work:
        if not (copies / commit).exists():
            repository.git.archive(commit, output=f"{work}/archive.tar")
            shutil.unpack_archive(f"{work}/archive.tar", f"{work}/files")
            try:
                Path(work, "files").rename(copies / commit)
            except OSError:
                if not (copies / commit).exists():
                    raise
    return copies / commit


def read_on_from_copy(place):
    """Let a file that is being read resolve what it names (includes, scripts) in the copy."""
    source = workflow.included_stack[place]
    if not isinstance(source, LocalSourceFile):
        workflow.included_stack[place] = LocalSourceFile(str(copy_commit(source) / source.path))


for place in (-1, -2):  # this file, and the one that includes it
    read_on_from_copy(place)

WORKFLOW_ROOT = Path(workflow.current_basedir).resolve().parents[1]
sys.path.insert(0, str(WORKFLOW_ROOT / "scripts"))
