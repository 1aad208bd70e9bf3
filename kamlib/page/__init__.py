"""How anything is put on a page."""
