"""What is asked of any file that the sample sheet names."""

from __future__ import annotations

import stat
from pathlib import Path

from ntrkoma.model.duplicates import umi_of


class FileError(Exception):
    """What is wrong with one file of the sheet, as the rest of a sentence that begins with it."""


def check_regular_file(path: Path) -> None:
    """Whether there is a file with something in it.

    Raises:
        FileError: if not.
    """
    try:
        status = path.stat()
    except PermissionError as error:
        raise FileError("lies in a folder you may not enter; mend its permissions.") from error
    except OSError as error:
        if path.is_symlink():
            raise FileError(f"is a broken link to {str(path.readlink())!r}; mend it.") from error
        raise FileError(
            f"does not exist (looked for {str(path)!r}); correct the path, relative paths start "
            "at the working directory."
        ) from error
    if stat.S_ISDIR(status.st_mode):
        raise FileError("is a directory; name the file itself.")
    if not stat.S_ISREG(status.st_mode):
        raise FileError("is not a regular file; write the reads to a file first.")
    if status.st_size == 0:
        raise FileError("has zero bytes; copy it again or remove the row.")


def check_umi(name: str) -> None:
    """Whether a read's name ends with a UMI, as the sheet's column umi has it.

    Raises:
        FileError: if not.
    """
    if not umi_of(name):
        raise FileError(
            f"has a first read, {name!r}, without a UMI at the end of its name, and umi says name; "
            "say where it stands, such as read1:8, or empty the cell."
        )
