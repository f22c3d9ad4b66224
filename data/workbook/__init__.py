"""The contract of the official workbook: sheets, values, template, export."""
