"""Residues that a kinase cannot do without (``key_residues.tsv``)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ntrkoma.curated.knowledge import Domain, domain_of_row
from ntrkoma.tables import read_table


@dataclass(frozen=True)
class KeyResidue:
    """A residue or motif without which the kinase does not work or inhibitors bind otherwise.

    ``site``: its place, the role as the name.
    """

    residue: str
    site: Domain

    @property
    def words(self) -> str:
        """How a sentence names it."""
        return {
            "glycine loop": "the glycine loop",
            "ATP lysine": f"the ATP-binding lysine {self.residue}",
            "gatekeeper": f"the gatekeeper {self.residue}",
            "solvent front": f"the solvent-front residue {self.residue}",
            "xDFG residue": f"the residue before DFG, {self.residue}",
        }.get(self.site.name, f"the {self.site.name} {self.residue}")


def load_key_residues(folder: Path) -> tuple[KeyResidue, ...]:
    """Read ``key_residues.tsv``.

    :param folder: ``resources/`` of the workflow.
    """
    return tuple(
        KeyResidue(row["residue"], domain_of_row(row, row["role"]))
        for row in read_table(folder / "key_residues.tsv")
    )
