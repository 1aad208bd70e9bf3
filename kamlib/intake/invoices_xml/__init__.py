"""Polish invoice files (JPK_FA, KSeF) as invoice lines under our names."""

from kamlib.intake.invoices_xml.notes import drop_sellers, taken_rates
from kamlib.intake.invoices_xml.reading import XML_ENDINGS, xml_kind, xml_records
from kamlib.intake.invoices_xml.rows import XML_HEAD

__all__ = ["XML_ENDINGS", "XML_HEAD", "drop_sellers", "taken_rates", "xml_kind", "xml_records"]
