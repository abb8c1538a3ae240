"""Images with the programs of the environments, for ``--sdm apptainer``."""

from ntrkoma.tables import read_table

CONTAINERS = {
    row["env"]: row["image"] for row in read_table(WORKFLOW_ROOT / "envs" / "containers.tsv")
}
