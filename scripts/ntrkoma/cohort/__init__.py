"""Table, page, workbook and MultiQC sections of all samples."""
