"""Bring files into the raw folder: folders, globs, single files and archives; names and sizes are checked."""

from pipeline.staging.stage import StagedFile, StagingError, stage_raw

__all__ = ["StagedFile", "StagingError", "stage_raw"]
