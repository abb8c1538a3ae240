"""What a run delivers (``deliverables.tsv``)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import model_validator

from ntrkoma.tables import Row, matching

_PATH = r"results/(?!.*\.\.)([^{}]|\{sample\})+"


class Deliverable(Row):
    """A file that a run promises, once or for every sample."""

    TABLE = "deliverables.tsv"
    KEY = ("path",)

    path: Annotated[
        str, matching(_PATH, "write a path below results/, with {sample} for a sample's name")
    ]
    scope: Literal["sample", "cohort"]
    description: str

    @model_validator(mode="after")
    def _names_the_sample_where_it_is_one_of_many(self) -> Self:
        if ("{sample}" in self.path) != (self.scope == "sample"):
            raise ValueError(f"scope is {self.scope}, which {self.path} is not; correct one")
        return self
