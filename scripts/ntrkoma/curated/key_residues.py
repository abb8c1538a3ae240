"""Residues that a kinase cannot do without (``key_residues.tsv``)."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from ntrkoma.curated.facts import Range


class KeyResidue(Range):
    """A residue or motif without which the kinase does not work or inhibitors bind otherwise.

    ``residue``: as ``K544``, or ``516-524`` for a motif. ``name``: its role.
    """

    TABLE = "key_residues.tsv"
    KEY = ("gene", "residue")

    residue: str
    name: str = Field(validation_alias="role")

    @model_validator(mode="after")
    def _residue_says_the_number(self) -> Self:
        number = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        if self.residue.lstrip("ACDEFGHIKLMNPQRSTVWY") != number:
            raise ValueError(f"residue is {self.residue!r}, aa_start and aa_end say {number}")
        return self

    @property
    def words(self) -> str:
        """How a sentence names it."""
        return {
            "glycine loop": "the glycine loop",
            "ATP lysine": f"the ATP-binding lysine {self.residue}",
            "gatekeeper": f"the gatekeeper {self.residue}",
            "solvent front": f"the solvent-front residue {self.residue}",
            "xDFG residue": f"the residue before DFG, {self.residue}",
        }.get(self.name, f"the {self.name} {self.residue}")
