"""What a run delivers: declared once, in resources/deliverables.tsv."""


def get_deliverables():
    """Every file that the workflow promises for the samples of the sheet."""
    files = []
    for row in read_table(RESOURCES / "deliverables.tsv"):
        if row["scope"] == "sample":
            files += expand(row["path"], sample=SAMPLES)
        else:
            files.append(row["path"])
    return files
