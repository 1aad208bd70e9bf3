"""Polish invoice files, JPK_FA and KSeF: every line and every grosz under our names, or a refusal."""

import gzip
import os
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from test_intake import world

from kamlib.core.errors import DataError
from kamlib.intake import draft as drafting
from kamlib.intake import markup, read_inputs
from kamlib.intake.check import check_inputs
from kamlib.intake.draft import suggest
from kamlib.intake.invoice_rows import (
    BUYER_STAYS,
    ISSUED,
    NO_HEAD,
    SEVERAL_BUYERS,
    TAKEN_WHOLE,
    UNTIED,
    WITH_VAT,
    XML_HEAD,
    drop_sellers,
)
from kamlib.intake.invoices_xml import xml_kind, xml_records
from kamlib.intake.readers import InputFile, write_texts
from kamlib.intake.reasons import GROSS_ONLY, NO_TAX_NUMBER
from kamlib.intake.values import Dialect
from kamlib.settings import Input
from kamlib.settings.engagement import load_engagement

REFERENCE = Path(os.environ.get("KAM_REFERENCE_DATA", Path(__file__).parents[1] / "../shared/data"))
POINT = Dialect(decimal=".")
POLISH = Dialect(decimal=",", date=("%d.%m.%Y",))
JPK = "http://jpk.mf.gov.pl/wzor/2022/02/17/02171/"
FA2 = "http://crd.gov.pl/wzor/2023/06/29/12648/"
FA3 = "http://crd.gov.pl/wzor/2025/06/25/13775/"


# --------------------------------------------------------------------------- building files
def leaves(**texts):
    """Write elements with a text each."""
    return "".join(f"<{name}>{text}</{name}>" for name, text in texts.items())


def jpk_invoice(number="FV/1", net="100.00", kind="VAT", buyer="5261040828", **more):
    """Write the head of an invoice in JPK_FA."""
    given = {"KodWaluty": "PLN", "P_1": "2024-03-05", "P_2A": number, "P_3A": "Młyn Ścinawa"}
    given |= {"P_5B": buyer, "P_13_1": net, "P_15": "123.00", "RodzajFaktury": kind, **more}
    return f"<Faktura>{leaves(**{k: v for k, v in given.items() if v is not None})}</Faktura>"


def jpk_line(number="FV/1", net="100.00", quantity="4", name="Śruba", **more):
    """Write a line of an invoice in JPK_FA."""
    given = {"P_2B": number, "P_7": name, "P_8A": "szt.", "P_8B": quantity, "P_9A": "25.00"}
    given |= {"P_11": net, "P_12": "23", **more}
    kept = {key: text for key, text in given.items() if text is not None}
    return f"<FakturaWiersz>{leaves(**kept)}</FakturaWiersz>"


def jpk(tmp_path, *parts, form="JPK_FA", encoding="UTF-8", prefix="", prolog="", currency=None):
    """Write a JPK_FA file of these parts and return its path."""
    of_all = leaves(DomyslnyKodWaluty=currency) if currency else ""
    text = (
        f'<JPK xmlns="{JPK}"><Naglowek><KodFormularza kodSystemowy="JPK_FA (4)">{form}'
        f"</KodFormularza><WariantFormularza>4</WariantFormularza>{of_all}</Naglowek>"
        f"<Podmiot1><IdentyfikatorPodmiotu><NIP>1111111111</NIP></IdentyfikatorPodmiotu></Podmiot1>"
        f"{''.join(parts)}</JPK>"
    )
    if prefix:
        text = text.replace("</", f"</{prefix}:").replace("<", f"<{prefix}:")
        text = text.replace(f"<{prefix}:/{prefix}:", f"</{prefix}:").replace(
            "xmlns=", f"xmlns:{prefix}="
        )
    path = tmp_path / "jpk.xml"
    head = f'<?xml version="1.0" encoding="{encoding}"?>{prolog}'
    path.write_bytes((head + text).encode(encoding))
    return path


def ksef(
    tmp_path,
    *lines,
    net="100.00",
    kind="VAT",
    buyer=None,
    edition=(FA3, 3),
    seller="1111111111",
    name="invoice.xml",
    **more,
):
    """Write an invoice as KSeF gives it and return its path."""
    space, variant = edition
    buyer = buyer or leaves(NIP="5261040828", Nazwa="Młyn Ścinawa")
    given = {"KodWaluty": "PLN", "P_1": "2024-03-05", "P_2": "FV/1", "P_13_1": net}
    given |= {"P_15": "123.00", "RodzajFaktury": kind, **more}
    kept = {key: text for key, text in given.items() if text is not None}
    path = tmp_path / name
    path.write_text(
        f'<Faktura xmlns="{space}"><Naglowek><KodFormularza kodSystemowy="FA ({variant})">FA'
        f"</KodFormularza><WariantFormularza>{variant}</WariantFormularza></Naglowek>"
        f"<Podmiot1><DaneIdentyfikacyjne><NIP>{seller}</NIP><Nazwa>We</Nazwa>"
        f"</DaneIdentyfikacyjne></Podmiot1><Podmiot2><DaneIdentyfikacyjne>{buyer}"
        f"</DaneIdentyfikacyjne></Podmiot2><Fa>{leaves(**kept)}{''.join(lines)}</Fa></Faktura>",
        encoding="utf-8",
    )
    return path


def ksef_line(net="100.00", quantity="4", **more):
    """Write a line of an invoice in KSeF."""
    given = {"P_7": "Śruba", "P_8A": "szt.", "P_8B": quantity, "P_9A": "25.00", "P_11": net}
    kept = {key: text for key, text in (given | more).items() if text is not None}
    return f"<FaWiersz>{leaves(**kept)}</FaWiersz>"


def read(path, dialect=POINT, notes=None):
    """Return the lines of a file as one dict each."""
    (_, head), *rows = xml_records(path, dialect, shown=path.name, notes=notes)
    assert head == list(XML_HEAD)
    return [dict(zip(head, cells, strict=True)) for _, cells in rows]


def nets(path, notes=None):
    """Return the net amounts of a file's lines."""
    return [line["net_amount"] for line in read(path, notes=notes)]


def refusal(path):
    """Return the words in which a file is refused."""
    with pytest.raises(DataError) as error:
        read(path)
    return str(error.value)


# --------------------------------------------------------------------------- JPK_FA
def test_a_line_carries_its_invoice_and_its_buyer_under_our_names(tmp_path):
    path = jpk(tmp_path, jpk_invoice(), jpk_line())

    assert xml_kind(path, shown="x") == "JPK_FA (4)"
    assert read(path) == [
        {
            "invoice_id": "FV/1",
            "line_id": "1",
            "date": "2024-03-05",
            "customer_id": "5261040828",
            "name": "Młyn Ścinawa",
            "tax_id": "5261040828",
            "product_id": "Śruba",
            "quantity": "4",
            "unit_price": "25",
            "net_amount": "100",
            "currency": "PLN",
            "document_type": "invoice",
            "corrects_invoice_id": "",
        }
    ]


def test_numbers_and_days_are_written_as_the_dialect_reads_them(tmp_path):
    path = jpk(tmp_path, jpk_invoice(net="100.55"), jpk_line(net="100.55", quantity="+1.234"))

    line = read(path, POLISH)[0]
    assert (line["date"], line["net_amount"], line["quantity"]) == ("05.03.2024", "100,55", "1,234")
    assert read(path, Dialect())[0]["quantity"] == "1.2340"


def test_a_correction_names_what_it_corrects_and_takes_money_back(tmp_path):
    path = jpk(
        tmp_path,
        jpk_invoice("KOR/1", "-25.00", kind="KOREKTA", NrFaKorygowanej="FV/1"),
        jpk_line("KOR/1", "-25.00", quantity="-1"),
    )

    line = read(path)[0]
    assert (line["document_type"], line["corrects_invoice_id"]) == ("correction", "FV/1")
    assert (line["net_amount"], line["quantity"]) == ("-25", "-1")


def test_an_advance_invoice_is_no_second_sale_and_the_final_one_is_told_as_such(tmp_path):
    advance = read(jpk(tmp_path, jpk_invoice(kind="ZAL"), jpk_line()))
    assert advance[0]["document_type"] == "advance"

    found = {kind: read(ksef(tmp_path, ksef_line(), kind=kind))[0] for kind in ("ZAL", "ROZ")}
    assert {kind: line["document_type"] for kind, line in found.items()} == {
        "ZAL": "advance",
        "ROZ": "final",
    }


def test_an_unknown_kind_of_document_stays_as_it_is_to_be_set_aside(tmp_path):
    assert read(jpk(tmp_path, jpk_invoice(kind="RR"), jpk_line()))[0]["document_type"] == "RR"


def test_lines_are_numbered_within_their_invoice_wherever_they_stand(tmp_path):
    path = jpk(
        tmp_path,
        jpk_line("FV/1"),
        jpk_invoice("FV/1", "150"),
        jpk_invoice("FV/2"),
        jpk_line("FV/2"),
        jpk_line("FV/1", "50"),
    )

    assert [(line["invoice_id"], line["line_id"]) for line in read(path)] == [
        ("FV/1", "1"),
        ("FV/2", "1"),
        ("FV/1", "2"),
    ]


def test_the_net_total_is_over_all_rates_of_vat(tmp_path):
    path = jpk(tmp_path, jpk_invoice(net="100.00", P_13_2="10.00", P_13_6="5.00", P_14_1="23.00"))

    assert nets(path) == ["115"]  # an invoice without lines is one line


@pytest.mark.parametrize(
    "lines",
    [
        [{"net": None, "P_11A": "123.00"}],  # gross prices only
        [{"net": "100.00"}, {"net": "60.00"}],  # a correction showing before and after
        [{"net": "not a number"}],
    ],
)
def test_an_invoice_whose_lines_do_not_give_its_net_total_is_one_line(tmp_path, lines):
    notes = Counter()
    path = jpk(tmp_path, jpk_invoice(net="-40.00"), *(jpk_line(**line) for line in lines))

    assert nets(path, notes) == ["-40"]
    assert notes[TAKEN_WHOLE] == 1


def test_a_cent_of_rounding_for_each_line_is_no_difference(tmp_path):
    path = jpk(tmp_path, jpk_invoice(net="100.00"), jpk_line(net="50.01"), jpk_line(net="50.00"))

    assert nets(path) == ["50.01", "50"]


def test_a_line_whose_invoice_is_missing_is_kept_and_noted(tmp_path):
    notes = Counter()
    line = read(jpk(tmp_path, jpk_invoice(), jpk_line(), jpk_line("FV/9")), notes=notes)[1]

    assert (line["invoice_id"], line["date"], line["net_amount"]) == ("FV/9", "", "100")
    assert notes[NO_HEAD] == 1


def test_foreign_buyers_keep_their_country_and_buyers_without_a_number_have_no_id(tmp_path):
    german = read(jpk(tmp_path, jpk_invoice(P_5A="DE", buyer="123456789"), jpk_line()))[0]
    person = read(jpk(tmp_path, jpk_invoice(buyer=None), jpk_line()))[0]

    assert german["customer_id"] == german["tax_id"] == "DE123456789"
    assert person["customer_id"] == "#no tax number: Młyn Ścinawa"
    assert (person["tax_id"], person["name"]) == ("", "Młyn Ścinawa")


@pytest.mark.parametrize("written", ["526-104-08-28", "PL5261040828", " 526 104 08 28 "])
def test_one_buyer_has_one_id_however_its_number_is_written(tmp_path, written):
    assert read(jpk(tmp_path, jpk_invoice(buyer=written), jpk_line()))[0]["tax_id"] == "5261040828"


@pytest.mark.parametrize("written", ["brak", "0000000000", "-", "9999999999"])
def test_a_number_that_stands_for_none_is_nobodys_id(tmp_path, written):
    line = read(jpk(tmp_path, jpk_invoice(buyer=written, P_3A=None), jpk_line()))[0]

    assert (line["customer_id"], line["tax_id"]) == ("#no tax number", "")


def test_a_number_that_breaks_the_rules_still_tells_buyers_apart(tmp_path):
    assert (
        read(jpk(tmp_path, jpk_invoice(buyer="5261040829"), jpk_line()))[0]["tax_id"]
        == "5261040829"
    )


def test_lines_priced_with_vat_give_the_net_total_to_the_grosz(tmp_path):
    """Three lines of 1.00 gross are 0.81 net each, and the invoice says 2.44."""
    notes = Counter()
    gross = {"net": None, "P_9A": None, "P_9B": "1.00", "P_11A": "1.00"}
    path = jpk(tmp_path, jpk_invoice(net="2.44"), *(jpk_line(**gross) for _ in range(3)))

    assert nets(path, notes) == ["0.82", "0.81", "0.81"]
    assert drop_sellers(notes) == {WITH_VAT: 3}


def test_an_invoice_that_tells_no_net_total_shows_its_gross_one_and_no_amount(tmp_path):
    """A sale taxed on the margin."""
    assert nets(jpk(tmp_path, jpk_invoice(net=None))) == ["#with VAT only: 123.00"]


def test_the_tax_is_taken_off_where_only_it_and_the_gross_total_are_told(tmp_path):
    assert nets(jpk(tmp_path, jpk_invoice(net=None, P_14_1="23.00", P_14_1W="99.00"))) == ["100"]


def test_older_editions_name_the_currency_once_for_the_file(tmp_path):
    path = jpk(tmp_path, jpk_invoice(KodWaluty=None), jpk_line(), currency="EUR")

    assert read(path)[0]["currency"] == "EUR"


def test_an_invoice_that_names_advances_is_their_final_one(tmp_path):
    path = jpk(tmp_path, jpk_invoice(NrFaZaliczkowej="ZAL/1; ZAL/2"), jpk_line())

    line = read(path)[0]
    assert (line["document_type"], line["corrects_invoice_id"]) == ("final", "ZAL/1, ZAL/2")


def control(invoices="1", gross="123.00", lines="1", net="100.00"):
    """Write the control totals of a JPK_FA."""
    return (
        f"<FakturaCtrl>{leaves(LiczbaFaktur=invoices, WartoscFaktur=gross)}</FakturaCtrl>"
        f"<FakturaWierszCtrl>{leaves(LiczbaWierszyFaktur=lines, WartoscWierszyFaktur=net)}"
        f"</FakturaWierszCtrl>"
    )


def test_control_totals_that_tie_let_the_file_pass(tmp_path):
    assert nets(jpk(tmp_path, jpk_invoice(), jpk_line(), control())) == ["100"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"invoices": "2"}, "LiczbaFaktur of jpk.xml says 2, but the file holds 1 (invoices)"),
        ({"lines": "3"}, "LiczbaWierszyFaktur of jpk.xml says 3"),
        ({"lines": "a few"}, "says a few"),
    ],
)
def test_a_file_that_has_lost_invoices_or_lines_is_refused_before_a_line_is_taken(
    tmp_path, said, words
):
    path = jpk(tmp_path, jpk_invoice(), jpk_line(), control(**said))

    assert words in refusal(path)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"gross": "124.00"}, "WartoscFaktur 124.00 ≠ 123.00"),
        ({"net": "99.98"}, "WartoscWierszyFaktur 99.98 ≠ 100.00"),
    ],
)
def test_a_control_total_of_money_that_does_not_tie_is_told_with_both_sums(tmp_path, said, words):
    notes = Counter()

    assert nets(jpk(tmp_path, jpk_invoice(), jpk_line(), control(**said)), notes) == ["100"]
    assert notes[f"jpk.xml, {words}: {UNTIED}"] == 1


@pytest.mark.parametrize("net", ["100.00", "123.00"])
def test_programs_that_sum_up_lines_gross_are_understood(tmp_path, net):
    notes = Counter()
    path = jpk(tmp_path, jpk_invoice(), jpk_line(P_11A="123.00"), control(net=net))

    assert nets(path, notes) == ["100"]
    assert drop_sellers(notes).total() == 0


def test_an_invoice_number_that_occurs_twice_is_refused(tmp_path):
    assert "FV/1 occurs twice" in refusal(jpk(tmp_path, jpk_invoice(), jpk_invoice(), jpk_line()))


@pytest.mark.parametrize("encoding", ["UTF-8", "windows-1250", "ISO-8859-2", "UTF-16"])
def test_letters_are_read_in_the_encoding_that_the_file_names(tmp_path, encoding):
    path = jpk(tmp_path, jpk_invoice(), jpk_line(), encoding=encoding)

    assert read(path)[0]["name"] == "Młyn Ścinawa"


def test_a_prefix_before_the_names_changes_nothing(tmp_path):
    path = jpk(tmp_path, jpk_invoice(), jpk_line(), prefix="tns")

    assert "<tns:Faktura>" in path.read_text()
    assert nets(path) == ["100"]


# --------------------------------------------------------------------------- KSeF
@pytest.mark.parametrize(("edition", "kind"), [((FA2, 2), "FA (2)"), ((FA3, 3), "FA (3)")])
def test_an_invoice_from_ksef_gives_its_lines(tmp_path, edition, kind):
    path = ksef(tmp_path, ksef_line("60.00"), ksef_line("40.00", Indeks="SR-4"), edition=edition)

    first, second = read(path)
    assert xml_kind(path, shown="x") == kind
    assert (first["customer_id"], first["name"]) == ("5261040828", "Młyn Ścinawa")
    assert (first["line_id"], first["product_id"], first["net_amount"]) == ("1", "Śruba", "60")
    assert (second["line_id"], second["product_id"], second["net_amount"]) == ("2", "SR-4", "40")


def test_the_state_before_a_correction_is_taken_back_and_the_one_after_put_in_its_place(tmp_path):
    path = ksef(
        tmp_path,
        "<DaneFaKorygowanej><NrFaKorygowanej>FV/0</NrFaKorygowanej></DaneFaKorygowanej>",
        ksef_line("100.00", "4", StanPrzed="1"),
        ksef_line("75.00", "3"),
        net="-25.00",
        kind="KOR",
    )

    before, after = read(path)
    assert (before["net_amount"], before["quantity"]) == ("-100", "-4")
    assert (after["net_amount"], after["quantity"]) == ("75", "3")
    assert (after["document_type"], after["corrects_invoice_id"]) == ("correction", "FV/0")


def test_a_correction_that_shows_the_difference_alone_is_taken_as_it_is(tmp_path):
    path = ksef(tmp_path, ksef_line("-25.00", "-1"), net="-25.00", kind="KOR")

    assert nets(path) == ["-25"]


def test_a_final_invoice_counts_what_is_left_after_its_advances(tmp_path):
    notes = Counter()
    path = ksef(tmp_path, ksef_line("100.00"), net="70.00", kind="ROZ")

    assert nets(path, notes) == ["70"]
    assert notes[TAKEN_WHOLE] == 1


@pytest.mark.parametrize(
    ("buyer", "number"),
    [
        (leaves(KodUE="DE", NrVatUE="123456789"), "DE123456789"),
        (leaves(KodKraju="US", NrID="77-1"), "US77-1"),
        (leaves(BrakID="1", Nazwa="Jan Kowalski"), "#no tax number: Jan Kowalski"),
        (leaves(NIP="5261040828", PelnaNazwa="Młyn"), "5261040828"),
        (leaves(BrakID="1", ImiePierwsze="Jan", Nazwisko="Nowak"), "#no tax number: Jan Nowak"),
    ],
)
def test_buyers_from_abroad_and_buyers_without_a_number(tmp_path, buyer, number):
    assert read(ksef(tmp_path, ksef_line(), buyer=buyer))[0]["customer_id"] == number


OLD, NEW = leaves(NIP="5261040828", Nazwa="Old"), leaves(NIP="5252248481", Nazwa="New")
BEFORE, AFTER = ksef_line(StanPrzed="1"), ksef_line()


def test_a_correction_that_changes_the_buyer_takes_from_the_old_and_gives_to_the_new(tmp_path):
    path = ksef(tmp_path, BEFORE, AFTER, net=None, P_15="0", kind="KOR", buyer=NEW, Podmiot2K=OLD)

    sold = [(line["customer_id"], line["name"], line["net_amount"]) for line in read(path)]
    assert sold == [("5261040828", "Old", "-100"), ("5252248481", "New", "100")]


def test_of_several_former_buyers_the_one_with_the_key_of_todays_is_meant(tmp_path):
    other = leaves(NIP="9999999999", IDNabywcy="2")
    before = f"<Podmiot2K>{other}</Podmiot2K><Podmiot2K>{OLD}<IDNabywcy>1</IDNabywcy></Podmiot2K>"
    path = ksef(
        tmp_path,
        before,
        BEFORE,
        AFTER,
        net=None,
        P_15="0",
        kind="KOR",
        buyer=NEW + leaves(IDNabywcy="1"),
    )

    assert read(path)[0]["customer_id"] == "5261040828"


def test_a_correction_of_the_buyers_data_alone_moves_no_money_and_says_so(tmp_path):
    notes = Counter()
    path = ksef(tmp_path, net=None, P_15="0", kind="KOR", buyer=NEW, Podmiot2K=OLD)
    assert nets(path, notes) == ["0"]
    assert notes[BUYER_STAYS] == 1

    renamed = leaves(NIP="5261040828", Nazwa="Renamed")
    path = ksef(tmp_path, net=None, P_15="0", kind="KOR", buyer=renamed, Podmiot2K=OLD)
    assert nets(path) == ["0"]


def test_a_correction_of_the_number_that_was_corrected_names_the_right_one(tmp_path):
    path = ksef(tmp_path, AFTER, kind="KOR", NrFaKorygowanej="FV/O1", NrFaKorygowany="FV/01")

    assert read(path)[0]["corrects_invoice_id"] == "FV/01"


def test_an_advance_that_is_named_by_its_number_in_ksef_is_found_beside(tmp_path):
    number = "1111111111-20260305-0123456789AB-CD"
    ksef(tmp_path, kind="ZAL", P_2="ZAL/1", name=f"{number}.xml")
    path = ksef(tmp_path, AFTER, kind="ROZ", NrKSeFFaZaliczkowej=number)
    assert read(path)[0]["corrects_invoice_id"] == "ZAL/1"

    elsewhere = ksef(tmp_path, AFTER, kind="ROZ", NrKSeFFaZaliczkowej="../../etc/passwd")
    assert read(elsewhere)[0]["corrects_invoice_id"] == "../../etc/passwd"


def test_further_buyers_and_several_sellers_are_told(tmp_path):
    notes = Counter()
    nets(ksef(tmp_path, AFTER), notes)
    assert drop_sellers(notes).total() == 0

    third = "<Podmiot3><Rola>4</Rola></Podmiot3>"
    path = ksef(tmp_path, AFTER, seller="2222222222")
    path.write_text(path.read_text().replace("<Fa>", f"{third}<Fa>"))
    nets(path, notes)
    told = drop_sellers(notes)
    assert told == {f"1111111111: {ISSUED}": 1, f"2222222222: {ISSUED}": 1, SEVERAL_BUYERS: 1}


def test_a_file_without_an_invoice_is_refused(tmp_path):
    path = ksef(tmp_path, ksef_line())
    path.write_text(path.read_text(encoding="utf-8").replace("Fa>", "Fb>"), encoding="utf-8")

    assert "holds no invoice" in refusal(path)


# --------------------------------------------------------------------------- what is neither
@pytest.mark.parametrize("form", ["JPK_VAT", "JPK_FA_RR", "FA_RR"])
def test_other_structures_are_named_with_what_to_export(tmp_path, form):
    words = refusal(jpk(tmp_path, form=form))

    assert f"is {form} (4). Of XML, only JPK_FA" in words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ksef.xml.gz", "ksef.xml.gz is packed. Unpack it"),
        ("ksef.zip", "ksef.zip is packed. Unpack it"),
        ("ksef.xml", "ksef.xml is gzip, not XML as its name says. Unpack or export it."),
    ],
)
def test_packed_files_are_never_unpacked_behind_the_readers_back(tmp_path, name, words):
    """So that no bomb goes off: what is in an archive is for its owner to look at."""
    (tmp_path / name).write_bytes(gzip.compress(b"<Faktura/>"))
    (tmp_path / "engagement.yaml").write_text(TOP + LINES.replace("ksef_*.xml", name))

    with pytest.raises(DataError, match=re.escape(words)):
        read_inputs(load_engagement(tmp_path), "FY2024")


def test_xml_of_another_kind_and_broken_xml_are_refused(tmp_path):
    path = tmp_path / "sales.xml"
    path.write_text("<sales><row/></sales>")
    assert "is XML, but no file of invoices" in refusal(path)
    path.write_text("")
    assert "no whole XML" in refusal(path)
    whole = jpk(tmp_path, jpk_invoice(), jpk_line()).read_bytes()
    path.write_bytes(whole[:-40])
    assert "no whole XML" in refusal(path)


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE JPK [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE JPK [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE JPK SYSTEM "http://example.invalid/jpk.dtd">',
    ],
)
def test_a_document_type_is_refused_so_that_no_entity_is_ever_followed(tmp_path, prolog):
    path = jpk(tmp_path, jpk_invoice(), jpk_line(), prolog=prolog)

    assert "declares a document type" in refusal(path)


def test_letters_in_another_encoding_than_the_one_named_are_told_as_such(tmp_path):
    path = jpk(tmp_path, jpk_invoice(), jpk_line(), encoding="windows-1250")
    path.write_bytes(path.read_bytes().replace(b'"windows-1250"', b'"UTF-8"'))

    assert "a letter that is not in the encoding its first line names, in line 1" in refusal(path)


@pytest.mark.parametrize("endless", ["<Faktura>{}</Faktura>", "{}"])
def test_an_element_without_end_is_refused_before_it_fills_the_memory(
    tmp_path, monkeypatch, endless
):
    monkeypatch.setattr(markup, "MOST_OF_ONE", 1 << 17)

    assert "has one element of more than 0 MB" in refusal(
        jpk(tmp_path, endless.format("swollen " * (1 << 16)))
    )


def test_elements_nested_without_end_and_unknown_encodings_are_refused(tmp_path):
    path = jpk(tmp_path, "<a>" * 300, "</a>" * 300)
    assert "more than 200 deep" in refusal(path)
    path.write_text('<?xml version="1.0" encoding="klingon"?><JPK/>')
    assert "jpk.xml" in refusal(path)


# --------------------------------------------------------------------------- through data prep
TOP = "id: tiny\ncurrency: PLN\nperiods:\n  FY2024: {from: 2024-01-01, to: 2024-12-31}\n"
LINES = """inputs:
  invoice_lines:
    files: ksef_*.xml
    values: {customer_id: {"#no tax number: Acme Inc.": US-1}}
"""


def test_files_of_a_folder_go_through_data_prep_without_naming_a_column(tmp_path):
    """A correction, advances with their final invoice, and buyers without a tax number.

    A firm from abroad has been given an id of its own; a private person and an unnamed buyer stay
    aside with their money, each under its name.
    """
    give = partial(ksef, tmp_path, AFTER)
    give(P_2="A", name="ksef_a.xml")
    give(P_2="B", net="-25.00", kind="KOR", NrFaKorygowanej="A", name="ksef_b.xml")
    for number in ("Z1", "Z2"):
        ksef(tmp_path, net="30.00", kind="ZAL", P_2=number, buyer=NEW, name=f"ksef_{number}.xml")
    both = leaves(NrFaZaliczkowej="Z1") + leaves(NrFaZaliczkowej="Z2")
    ksef(tmp_path, AFTER, both, net="40.00", kind="ROZ", buyer=NEW, P_2="F", name="ksef_f.xml")
    for number, buyer in (("X", "Acme Inc."), ("Y", "Jan"), ("Z", "")):
        give(buyer=leaves(BrakID="1", Nazwa=buyer), P_2=number, name=f"ksef_{number}.xml")
    ksef(tmp_path, net=None, kind="UPR", P_2="U", name="ksef_u.xml")
    (tmp_path / "engagement.yaml").write_text(TOP + LINES)
    intake = read_inputs(load_engagement(tmp_path), "FY2024")

    months, aside = intake.tables["customer_months"], intake.tables["quarantine"]
    assert dict(zip(months["customer_id"], months["invoice_revenue"], strict=True)) == {
        "5261040828": 75,
        "5252248481": 100,
        "US-1": 100,
    }
    assert dict(zip(aside["value"], aside["reason"], strict=True)) == {
        "#no tax number: Jan": NO_TAX_NUMBER,
        "#no tax number": NO_TAX_NUMBER,
        "#with VAT only: 123.00": GROSS_ONLY,
    }
    assert aside["amount"].sum() == 200
    assert all(balance.holds for balance in intake.balances)
    outcomes = {each.rule: each.outcome for each in intake.outcomes}
    assert (outcomes["credit_notes"], outcomes["advances"]) == ("PASS", "PASS")


def test_a_draft_for_more_files_than_are_looked_into_holds_for_all_of_them(tmp_path, monkeypatch):
    """The last days come from the last files, and a table beside them is not overlooked."""
    monkeypatch.setattr(drafting, "MOST_FILES", 6)
    for month in range(1, 13):
        name = f"1111111111-2024{month:02}28-{month:02}.xml"
        ksef(tmp_path, AFTER, P_1=f"2024-{month:02}-28", P_2=str(month), buyer=NEW, name=name)
    ksef(
        tmp_path,
        AFTER,
        P_1="2024-05-28",
        P_2="13",
        buyer=leaves(BrakID="1", Nazwa='"A" Inc.'),
        name="1111111111-20240528-A.xml",
    )
    (tmp_path / "kontrahenci.csv").write_text("NIP,Nazwa\n5261040828,Old\n5252248481,New\n")
    draft = suggest(tmp_path)
    assert "7 more files were not looked into" in draft.text
    assert "from 28 Jan 2024 to 28 Dec 2024" in draft.text
    assert draft.tables["customers"] == ["kontrahenci.csv"]

    (tmp_path / "engagement.yaml").write_text(draft.text)
    seen = check_inputs(tmp_path)
    assert seen.coverage[["rows", "set_aside"]].values.tolist() == [[13, 1], [2, 0]]
    assert '  "#no tax number: \\"A\\" Inc.": ""  # PLN\u00a0100' in seen.lines()


def test_thousands_of_small_files_are_put_together(tmp_path):
    files = [
        InputFile(
            n, ksef(tmp_path, AFTER, name=f"{n}.xml"), str(n), [*XML_HEAD], places={"date": 1}
        )
        for n in range(12)
    ]
    target = tmp_path / "lines.parquet"

    assert write_texts(target, files, POINT, names=["date"]) == 12
    assert pq.read_metadata(target).num_row_groups == 1


# --------------------------------------------------------------------------- the collected case
def test_the_simplified_jpk_fa_gives_every_line_and_every_grosz():
    path = REFERENCE / "polish_dirty" / "25_jpk_fa_uproszczony.xml"
    if not path.exists():
        pytest.skip("the collected cases are not at hand")
    notes = Counter()
    lines = read(path, notes=notes)

    assert len(lines) == 383
    assert sum(Decimal(line["net_amount"]) for line in lines) == Decimal("1826440.21")
    assert len({line["customer_id"] for line in lines}) == 19
    assert sum(line["document_type"] == "correction" for line in lines) == 12
    assert drop_sellers(notes).total() == 0


# --------------------------------------------------------------------------- taxed on the margin
def test_what_is_taxed_on_the_margin_is_set_aside_whichever_structure_tells_it(tmp_path):
    """813 net and 187 VAT of our own work; 2,000 for a trip of others, VAT in it: 813 are revenue."""
    totals = {"P_14_1": "187", "P_15": "3000"}
    trip, own = {"P_11A": "2000", "P_12": None}, {"P_11A": "1000", "P_12": "23"}
    of_ksef = ksef_line(None, "1", **trip), ksef_line(None, "1", **own)
    of_jpk = jpk_line("FV/1", None, "1", **trip), jpk_line("FV/1", None, "1", **own)
    marked = jpk_invoice(net="813", P_106E_3="true", **totals)

    told = ["#with VAT only: 2000", "813"]
    assert nets(ksef(tmp_path, *of_ksef, net="813", P_13_11="2000", **totals)) == told
    assert nets(jpk(tmp_path, marked, *of_jpk)) == told


def test_an_invoice_on_the_margin_whose_lines_do_not_add_up_counts_its_net_part_alone(tmp_path):
    """The lines give 813 and 2,000 as if both were net; one line each of 813 and of 2,000 with VAT."""
    totals = {"P_14_1": "187", "P_13_11": "2000", "P_15": "3000"}
    notes = Counter()
    lines = ksef_line("813", "1"), ksef_line("2000", "1")
    told = nets(ksef(tmp_path, *lines, net="813", **totals), notes)
    assert told == ["813", "#with VAT only: 2000"]
    assert notes[TAKEN_WHOLE] == 1
    only = ksef(tmp_path, ksef_line("2000", "1"), net="0", P_13_11="2000", P_15="2000")
    assert nets(only) == ["0", "#with VAT only: 2000"]


def test_the_rate_that_stands_on_an_invoice_is_offered_where_there_is_none(tmp_path):
    line = ksef_line("100", "1", KursWaluty="4.2615")
    path = ksef(tmp_path, line, KodWaluty="EUR")
    (tmp_path / "engagement.yaml").write_text(TOP + LINES.replace("ksef_*.xml", path.name))
    with pytest.raises(DataError, match=r"no rate: EUR.*name these: 2024-03-05,EUR,4\.2615\.$"):
        read_inputs(load_engagement(tmp_path), "FY2024")


def test_an_invoice_from_ksef_that_was_downloaded_twice_is_rejected_with_both_files(tmp_path):
    """The second file has one line more, as after a change on the way; a JPK_FA has it as well."""
    two = (ksef_line("60.00"), ksef_line("40.00"))
    ksef(tmp_path, *two, P_2="FV/1", name="a.xml")
    ksef(tmp_path, *two[:1], net="60.00", P_2="FV/1", name="b.xml")
    engagement = world(tmp_path, periods={"ALL": (date(2020, 1, 1), date(2030, 12, 31))})
    files = {"files": ["a.xml", "b.xml"]}
    engagement.inputs["invoice_lines"] = Input(**files)
    with pytest.raises(DataError, match=r"FV/1 of [0-9-]+, in a\.xml and in b\.xml"):
        read_inputs(engagement, "ALL")
    engagement.inputs["invoice_lines"] = Input(**files, repeated_invoices="set_aside")
    once = read_inputs(engagement, "ALL").tables
    assert once["customer_months"]["invoice_revenue"].sum() == 100
    assert once["quarantine"]["reason"].tolist() == ["its invoice stands in an earlier file"]
