"""What a run delivers: declared once, in resources/deliverables.tsv."""


def get_deliverables():
    """Every file that the workflow promises for the samples of the sheet."""
    files = []
    for file in Deliverable.read(RESOURCES):
        if file.scope == "sample":
            files += expand(file.path, sample=SAMPLES)
        else:
            files.append(file.path)
    return files
