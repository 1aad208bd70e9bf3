"""How a column of a file is matched with a name of the vocabulary."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import cache

SURE: dict[str, tuple[str, ...]] = {
    # ------------------------------------------------------------------ who
    "customer_id": (
        "Kod kontrahenta",
        "Nr kontrahenta",
        "Numer kontrahenta",
        "Id kontrahenta",
        "Kontrahent kod",
        "Kod klienta",
        "Nr klienta",
        "Numer klienta",
        "Id klienta",
        "Klient kod",
        "Kod odbiorcy",
        "Kod nabywcy",
        "Kod płatnika",
        "Akronim kontrahenta",
        "Symbol kontrahenta",
        "Knt akronim",
        "Customer no",
        "Customer number",
        "Customer code",
        "Customer key",
        "CustomerID",
        "Cust no",
        "Client id",
        "Client code",
        "Account id",
        "Account number",
        "Debtor no",
        "Sold-to party",
        "Reseller key",
        "Bill-to customer",
        "Bill-to customer no",
        "Sell-to customer no",
    ),
    "prospect_id": (
        "Id prospekta",
        "Kod prospekta",
        "Nr potencjalnego klienta",
        "Lead id",
        "Prospect no",
        "Prospect code",
        "Id leada",
    ),
    "party_id": ("Kod firmy", "Id firmy", "Company id", "Party"),
    "tax_id": (
        "NIP",
        "Nr NIP",
        "Numer NIP",
        "NIP kontrahenta",
        "NIP nabywcy",
        "NIP klienta",
        "VAT ID",
        "VAT no",
        "VAT number",
        "VAT reg no",
        "Tax no",
        "Tax number",
        "TIN",
        "EU VAT",
    ),
    "parent_id": (
        "Grupa kapitałowa",
        "Kod grupy",
        "Jednostka nadrzędna",
        "Spółka matka",
        "Kod centrali",
        "Parent",
        "Parent company",
        "Parent account",
        "Group id",
        "Subsidiary of",
        "Holding",
    ),
    "relation": ("Relacja", "Rodzaj kontrahenta", "Powiązanie"),
    "account_manager": (
        "Opiekun",
        "Opiekun klienta",
        "Opiekun handlowy",
        "Handlowiec",
        "Przedstawiciel",
        "Przedstawiciel handlowy",
        "Doradca",
        "Sprzedawca",
        "KAM",
        "Sales rep",
        "Salesperson",
        "Sales agent",
        "Account owner",
        "Key account manager",
    ),
    "industry_segment": (
        "Branża",
        "Segment branżowy",
        "Sektor",
        "Industry",
        "Sector",
        "Business type",
    ),
    "region": ("Region", "Województwo", "Obszar", "Sales region", "Territory", "State"),
    "channel": ("Kanał sprzedaży", "Kanał dystrybucji", "Sales channel", "Distribution channel"),
    "since": (
        "Klient od",
        "Data założenia",
        "Data pierwszej współpracy",
        "Współpraca od",
        "Customer since",
        "Client since",
        "Created on",
    ),
    "employees": (
        "Pracownicy",
        "Liczba pracowników",
        "Zatrudnienie",
        "Number employees",
        "Headcount",
        "Staff",
    ),
    "annual_revenue": (
        "Przychody",
        "Przychody roczne",
        "Roczne przychody",
        "Obroty roczne",
        "Annual sales",
        "Yearly revenue",
        "Company revenue",
    ),
    "own_growth": ("Wzrost własny", "Dynamika własna", "Wzrost przychodów", "Revenue growth"),
    "contract_start": ("Umowa od", "Początek umowy", "Data umowy", "Contract from"),
    "contract_end": ("Umowa do", "Koniec umowy", "Contract to", "Contract until", "Expiry"),
    # ------------------------------------------------------------------ lines
    "invoice_id": (
        "Nr faktury",
        "Numer faktury",
        "Faktura",
        "Faktura nr",
        "Nr dokumentu",
        "Numer dokumentu",
        "Nr dok",
        "Nr FV",
        "Symbol dokumentu",
        "Dokument nr",
        "Numer pełny",
        "Invoice no",
        "Invoice number",
        "Invoice",
        "Document no",
        "Document number",
        "Doc no",
        "Bill no",
        "Billing document",
        "Bill id",
        "Document id",
        "Receipt no",
        "Receipt number",
        "Id faktury",
        "Id dokumentu",
        "P_2A",
    ),
    "line_id": (
        "Lp",
        "L.p.",
        "Pozycja",
        "Nr pozycji",
        "Poz",
        "Line no",
        "Line number",
        "Line",
        "Item no",
        "Position",
        "Sales order line number",
        "Line id",
        "Row id",
        "Order line id",
        "Order detail id",
        "Sales order detail id",
        "Order item id",
        "Invoice line id",
        "Transaction line id",
        "Id pozycji",
    ),
    "date": (
        "Data wystawienia",
        "Data faktury",
        "Data sprzedaży",
        "Data dokumentu",
        "Data wyst",
        "Data sprz",
        "Data",
        "Dzień",
        "Invoice date",
        "Document date",
        "Billing date",
        "Sales date",
        "Posting date",
        "Day",
        "P_1",
    ),
    "product_id": (
        "Indeks",
        "Kod towaru",
        "Indeks towaru",
        "Kod produktu",
        "Symbol towaru",
        "Indeks materiału",
        "Kod artykułu",
        "Nr artykułu",
        "SKU",
        "Product code",
        "Product no",
        "Product key",
        "Stock code",
        "Material",
        "Material no",
        "Article",
        "Article no",
        "Item code",
    ),
    "product_group": (
        "Grupa towarowa",
        "Grupa produktowa",
        "Grupa towaru",
        "Kategoria",
        "Asortyment",
        "Product category",
        "Category",
        "Material group",
        "Item group",
        "Series",
        "English product category name",
    ),
    "quantity": (
        "Ilość",
        "Ilość szt",
        "Liczba sztuk",
        "Szt",
        "Qty",
        "Order quantity",
        "Units",
        "Units sold",
        "Pieces",
        "Invoiced quantity",
    ),
    "unit_price": (
        "Cena netto",
        "Cena jednostkowa netto",
        "Cena jedn netto",
        "Cena sprzedaży netto",
        "Net price",
        "Net unit price",
        "Unit net price",
    ),
    "list_price": (
        "Wartość katalogowa",
        "Wartość cennikowa",
        "Wartość wg cennika",
        "Wartość przed rabatem",
        "List value",
        "List amount",
        "Amount before discount",
    ),
    "discount": (
        "Rabat %",
        "Rabat",
        "Upust",
        "Rabat procent",
        "Discount %",
        "Discount percent",
        "Disc",
    ),
    "freight": (
        "Fracht",
        "Koszt transportu",
        "Koszt dostawy",
        "Transport cost",
        "Shipping cost",
        "Delivery cost",
    ),
    "net_amount": (
        "Wartość netto",
        "Netto",
        "Kwota netto",
        "Suma netto",
        "Sprzedaż netto",
        "Obrót netto",
        "Wartość sprzedaży netto",
        "Wart netto",
        "Przychód netto",
        "Net amount",
        "Net value",
        "Net",
        "Net sales",
        "Net total",
        "Line net amount",
        "Amount excl VAT",
        "Amount without VAT",
        "Net revenue",
    ),
    "cost_of_goods_sold": (
        "Koszt własny",
        "Koszt własny sprzedaży",
        "KWS",
        "TKW",
        "Koszt sprzedanych towarów",
        "Wartość zakupu",
        "Wartość w cenie zakupu",
        "Koszt zakupu",
        "Wartość wg cen zakupu",
        "COGS",
        "Cost of sales",
        "Cost of goods",
        "Total product cost",
        "Total cost",
        "Line cost",
        "Cost amount",
    ),
    "currency": (
        "Waluta",
        "Kod waluty",
        "Waluta dokumentu",
        "Curr",
        "Currency code",
        "Document currency",
        "Currency alternate key",
    ),
    "document_type": (
        "Typ dokumentu",
        "Rodzaj dokumentu",
        "Typ dok",
        "Rodzaj faktury",
        "Document type",
        "Doc type",
        "Invoice type",
        "Billing type",
    ),
    "corrects_invoice_id": (
        "Koryguje",
        "Faktura korygowana",
        "Dokument korygowany",
        "Nr faktury korygowanej",
        "Korekta do",
        "Nr dokumentu korygowanego",
        "Corrected invoice",
        "Corrects",
        "Original invoice",
        "Reference invoice",
    ),
    "order_id": (
        "Nr zamówienia",
        "Numer zamówienia",
        "Zamówienie",
        "Id zamówienia",
        "Order no",
        "Order number",
        "Sales order",
        "Sales order no",
        "Sales order number",
        "Sales order id",
        "Order",
    ),
    "order_date": ("Data zamówienia", "Ordered on", "Date of order"),
    "order_channel": ("Kanał zamówienia", "Sposób zamówienia", "Ordered by", "Order source"),
    "rush": ("Pilne", "Ekspres", "Urgent", "Express", "Rush order"),
    "export": ("Eksport", "Czy eksport", "Exported", "Is export"),
    "delivery_id": ("Nr dostawy", "Nr WZ", "Numer WZ", "Dostawa", "Delivery no", "Delivery note"),
    "warehouse": ("Magazyn", "Kod magazynu", "Mag", "Warehouse code", "Depot", "Plant"),
    # ------------------------------------------------------------------ other tables
    "month": ("Miesiąc", "Okres rozliczeniowy", "Month", "Year month"),
    "period": ("Okres", "Rok obrotowy", "Rok", "Fiscal year", "Fiscal period"),
    "name": ("Pełna nazwa", "Full name"),
    "driver": ("Nośnik", "Nośnik kosztów", "Czynność", "Activity", "Cost driver"),
    "volume": ("Wolumen", "Liczba czynności", "Liczba", "Count", "Volume"),
    "average_balance": (
        "Średnie saldo",
        "Saldo należności",
        "Średni stan należności",
        "Należności",
        "Receivables",
        "Outstanding",
    ),
    "days_to_pay": (
        "Dni płatności",
        "Rzeczywisty termin płatności",
        "Dni do zapłaty",
        "Średni czas płatności",
        "Payment days",
        "DSO",
    ),
    "days_beyond_terms": (
        "Dni po terminie",
        "Opóźnienie",
        "Dni opóźnienia",
        "Days late",
        "Days overdue",
    ),
    "includes_vat": ("Z VAT", "Brutto z VAT", "Zawiera VAT", "With VAT", "Incl VAT"),
    "kind": ("Rodzaj", "Rodzaj rabatu", "Rodzaj potrącenia", "Deduction", "Kind"),
    "amount": ("Kwota", "Saldo", "Obroty", "Amount", "Balance"),
    "earned_from": ("Za okres od", "Należne od", "Earned from"),
    "earned_to": ("Za okres do", "Należne do", "Earned to"),
    "status": ("Stan", "Status rozliczenia", "Status"),
    "gl_account": (
        "Konto",
        "Konto księgowe",
        "Nr konta",
        "Konto syntetyczne",
        "GL account",
        "Ledger account",
        "General ledger account",
        "Account code",
    ),
    "line": ("Linia sprawozdania", "Pozycja RZiS", "Statement line"),
    "sign": ("Znak", "Sign"),
    "rate": ("Kurs", "Kurs średni", "Exchange rate"),
    "criterion": ("Kryterium", "Criteria"),
    "weight": ("Waga", "Importance"),
    "supplier": ("Dostawca", "Vendor"),
    "rating": ("Ocena", "Punkty", "Score", "Grade"),
    "source": ("Źródło", "Origin"),
    "rater": ("Oceniający", "Kto ocenił", "Rated by"),
    "code": ("Kod dowodu", "Znak współpracy", "Sign of closeness"),
    "until": ("Ważne do", "Do", "Valid until", "Valid to"),
    "their_function": ("Funkcja u klienta", "Ich funkcja", "Their role"),
    "our_function": ("Funkcja u nas", "Nasza funkcja", "Our role"),
    "justification": ("Uzasadnienie", "Dlaczego", "Why", "Reason"),
    "owner": ("Właściciel", "Odpowiedzialny", "Responsible"),
    "review_on": ("Przegląd do", "Data przeglądu", "Review date"),
    "market_access": ("Dostęp do rynku", "Opens market"),
    "learning": ("Czego się uczymy", "We learn"),
}

LIKELY: dict[str, tuple[str, ...]] = {
    "customer_id": (
        "Kontrahent",
        "Klient",
        "Odbiorca",
        "Nabywca",
        "Płatnik",
        "Customer",
        "Client",
        "Buyer",
        "Account",
        *SURE["tax_id"],
        "Nazwa kontrahenta",
        "Nazwa klienta",
        "Nazwa nabywcy",
        "Customer name",
    ),
    "parent_id": ("Grupa", "Centrala", "Group"),
    "since": ("Od", "Data od", "Since", "Year opened", "Year established"),
    "until": ("Data do",),
    "channel": ("Kanał", "Channel"),
    "order_channel": ("Kanał", "Channel"),
    "region": ("Office location", "State province code", "Country"),
    "annual_revenue": ("Revenue", "Obroty"),
    "product_id": ("Towar", "Produkt", "Artykuł", "Product", "Item", "Nazwa towaru"),
    "product_group": ("Grupa", "Group"),
    "date": (
        "Data księgowania",
        "Data operacji",
        "Order date",
        "Data zamówienia",
        "Order purchase timestamp",
        "Transaction date",
        "Date of sale",
        "Data transakcji",
    ),
    "invoice_id": (
        "Dokument",
        "Nr",
        "Numer",
        "Document",
        "Sales order number",
        "Order number",
        "Order no",
        "Nr zamówienia",
        "Numer zamówienia",
        "Id zamówienia",
        "Order id",
        "Sales order id",
        "Sales order no",
        "Sales order",
        "Zamówienie",
        "Order",
        "Transaction id",
        "Transaction number",
        "Transaction no",
        "Transaction",
        "Sale id",
        "Sales id",
        "Receipt id",
        "Receipt",
        "Num",
        "Basket id",
        "Nr transakcji",
        "Id transakcji",
        "Nr paragonu",
    ),
    "document_type": ("Typ", "Rodzaj", "Type"),
    "quantity": ("Quantity", "Liczba"),
    "unit_price": (
        "Cena",
        "Cena jednostkowa",
        "Cena jedn",
        "Cena sprzedaży",
        "Unit price",
        "Price",
        "Sales price",
    ),
    "net_amount": (
        "Wartość",
        "Kwota",
        "Wartość sprzedaży",
        "Sprzedaż",
        "Obrót",
        "Przychód",
        "Suma",
        "Amount",
        "Sales amount",
        "Sales",
        "Value",
        "Line total",
        "Revenue",
        "Turnover",
        "Extended price",
    ),
    "cost_of_goods_sold": ("Koszt", "Cost", "Wartość kosztu"),
    "currency": ("Kod",),
}

FIRMS = (
    "Nazwa kontrahenta",
    "Nazwa klienta",
    "Nazwa nabywcy",
    "Nazwa firmy",
    "Kontrahent nazwa",
    "Customer name",
    "Company name",
    "Reseller name",
    "Account name",
)

IN_TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "customers": {
        "customer_id": ("Kod", "Symbol", "Akronim", "Nr", "Id", "No", "Code", "Key"),
        "name": (*FIRMS, "Nazwa", "Firma", "Kontrahent", "Klient", "Customer", "Company"),
        "parent_id": ("Grupa", "Centrala", "Group"),
        "since": ("Od", "Since"),
    },
    "prospects": {
        "prospect_id": ("Kod", "Symbol", "Nr", "Id", "No", "Code", "Prospect", "Prospekt", "Lead"),
        "name": (*FIRMS, "Nazwa", "Firma", "Company"),
    },
    "products": {
        "product_id": ("Kod", "Symbol", "Indeks", "Nr", "Id", "Code", "Key", "Towar", "Product"),
        "name": (
            "Nazwa",
            "Nazwa towaru",
            "Nazwa produktu",
            "Towar",
            "Opis",
            "Description",
            "Product name",
            "English product name",
        ),
        "product_group": ("Grupa", "Group"),
    },
    "invoice_lines": {"document_type": ("Typ",), "name": FIRMS},
    "gl_totals": {"amount": ("Obroty", "Wartość"), "period": ("Miesiąc",)},
    "off_invoice": {"kind": ("Typ", "Tytuł", "Type"), "amount": ("Wartość", "Value")},
}

IDS = ("customer_id", *SURE["customer_id"], "prospect_id", *SURE["prospect_id"])

WITH_VAT = ("brutto", "gross", "inclvat", "includingvat", "zvat", "withvat", "p15")


@cache
def plain(name: str) -> str:
    """Return a name as names are compared: small letters and digits without accents.

    Examples
    --------
    >>> plain("Wartość\\u00a0NETTO "), plain("CustomerID") == plain("customer_id")
    ('wartoscnetto', True)
    """
    bare = name.casefold().replace("ł", "l").replace("№", "no")
    apart = unicodedata.normalize("NFKD", bare)
    return re.sub(r"[^0-9a-z]", "", apart)


@cache
def without_brackets(name: str) -> str:
    """Return a name without what stands in brackets, such as its unit; all of it if nothing is left.

    Examples
    --------
    >>> without_brackets("Data sprzedaży (dd.mm.rrrr)"), without_brackets("[PLN]")
    ('Data sprzedaży', '[PLN]')
    """
    return re.sub(r"[(\[][^)\]]*[)\]]", "", name).strip() or name


@cache
def names_of(column: str, table: str = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the plain names that surely and that likely mean one of our columns, best first.

    Parameters
    ----------
    column : str, our name, which is a sure name itself
    table : str, a key of the contract, in which more names may be sure
    """
    own = IN_TABLE.get(table, {}).get(column, ())
    sure = dict.fromkeys(map(plain, (column, *SURE.get(column, ()), *own)))
    likely = (*LIKELY.get(column, ()), *(IDS if column == "party_id" else ()))
    return tuple(sure), tuple(
        each for each in dict.fromkeys(map(plain, likely)) if each not in sure
    )


def alias_in(column: str, head: Iterable[str], table: str = "") -> str:
    """Return the name in a head that clients use for one of our columns; empty where none is.

    A sure name is preferred to a likely one.

    Examples
    --------
    >>> alias_in("net_amount", ["Ilość", "Wartość brutto", "Wartość netto"])
    'Wartość netto'
    """
    names = {plain(without_brackets(name)): name for name in head if name}
    names |= {plain(name): name for name in head if name}
    for meant in names_of(column, table):
        for alias in meant:
            if alias in names:
                return names[alias]
    return ""


def meant_by(name: str, columns: Iterable[str], table: str = "", *, likely: bool = True) -> str:
    """Return which of a table's columns a name may mean: one that clients call so, or the most alike.

    Empty where none is near; without `likely` only what clients surely call so.

    Examples
    --------
    >>> meant_by("cogs", ["net_amount", "cost_of_goods_sold"]), meant_by("net_amnt", ["net_amount"])
    ('cost_of_goods_sold', 'net_amount')
    """
    every = list(columns)
    for place in (0, 1) if likely else (0,):
        for column in every:
            if plain(name) in names_of(column, table)[place]:
                return column
    return most_alike(name, every)


def most_alike(name: str, columns: Iterable[str]) -> str:
    """Return the column that is most alike by its letters, empty where none is near."""
    return next(iter(difflib.get_close_matches(name, columns, n=1, cutoff=0.6)), "")
