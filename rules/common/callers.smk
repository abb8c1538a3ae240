"""Inputs and options of the fusion callers."""


def get_ctat_lib(wildcards):
    """CTAT genome library; none where STAR-Fusion is not asked for."""
    return config["reference"]["ctat_lib"] or []


def get_arriba_databases(wildcards):
    """Arriba's databases by option, those that are given."""
    return {name: path for name, path in config["reference"]["arriba"].items() if path}


def get_arriba_options(wildcards, input):
    """Arriba's database options, each as a list of words for the shell to quote."""
    options = ["-b", input.blacklist]
    if "known_fusions" in input.keys():
        # The same list raises sensitivity (-k) and tags what it names (-t).
        options += ["-k", input.known_fusions, "-t", input.known_fusions]
    if "protein_domains" in input.keys():
        options += ["-p", input.protein_domains]
    if config["reference"]["arriba_contigs"]:
        options += ["-i", config["reference"]["arriba_contigs"]]
    return options


CALLER_OUTPUTS = {
    # Our own caller always runs.
    "junctions": {},
    "star_fusion": {
        "star_fusion": "results/callers/star_fusion/{sample}/predictions.tsv",
        "star_fusion_preliminary": "results/callers/star_fusion/{sample}/preliminary",
        "star_fusion_version": "results/callers/star_fusion/{sample}/version.txt",
    },
    "arriba": {
        "arriba": "results/callers/arriba/{sample}/fusions.tsv",
        "arriba_discarded": "results/callers/arriba/{sample}/fusions.discarded.tsv",
        "arriba_version": "results/callers/arriba/{sample}/version.txt",
    },
}


def get_caller_outputs(wildcards):
    """What the callers of this run write for a sample, by name."""
    return {
        name: path.format(sample=wildcards.sample)
        for caller in config["callers"]
        for name, path in CALLER_OUTPUTS[caller].items()
    }
