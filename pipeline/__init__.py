"""Cleans crawled news: raw files in, Parquet tables out, every change in a ledger."""
