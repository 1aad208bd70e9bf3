"""Polish invoice files (JPK_FA, KSeF) as invoice lines under our names."""

from kamlib.intake.invoices_xml.elements import XML_HEAD
from kamlib.intake.invoices_xml.reading import XML_ENDINGS, xml_kind, xml_records

__all__ = ["XML_ENDINGS", "XML_HEAD", "xml_kind", "xml_records"]
