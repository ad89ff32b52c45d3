"""Spreadsheets as portfolio files: reads them, matches their columns, and updates a portfolio."""
