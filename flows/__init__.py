"""Prefect flows around the pipeline; the only package that imports Prefect."""
