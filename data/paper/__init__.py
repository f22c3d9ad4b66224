"""What goes onto paper and into spreadsheets: fonts, typesetting, workbooks of lists."""
