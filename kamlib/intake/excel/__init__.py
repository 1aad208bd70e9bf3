"""Excel workbooks as tables of text: which sheet, which head, and what each cell may be believed."""

from kamlib.intake.excel.cells import ERROR_CELLS
from kamlib.intake.excel.reading import (
    SheetSeen,
    sheet_records,
    sheets_of,
)

__all__ = ["ERROR_CELLS", "SheetSeen", "sheet_records", "sheets_of"]
