"""Words that clients use in cells, file names and document numbers, and what they mean to us: data."""

CODES: dict[str, dict[str, tuple[str, ...]]] = {
    "document_type": {
        "invoice": (
            "fa", "fv", "fs", "fvs", "fvat", "vat", "upr", "faktura", "fakturavat", "paragon", "pa",
            "par", "inv", "invoice", "f",
        ),
        "correction": (
            "kor", "kfa", "kfv", "kfs", "fk", "fkor", "fvk", "korekta", "fakturakorygujaca",
            "correction", "k", "korzal", "korroz",
        ),
        "advance": (
            "zal", "zaliczka", "fzal", "fvz", "fz", "fakturazaliczkowa", "advance", "prepayment",
            "downpayment",
        ),
        "final": (
            "kon", "koncowa", "fkon", "roz", "rozliczeniowa", "fakturakoncowa",
            "fakturarozliczeniowa", "fakturarozliczajaca", "final", "finalinvoice",
        ),
        "cancellation": (
            "anul", "anulowana", "anulowanie", "anulacja", "storno", "sto", "cancel", "cancelled",
            "cancellation", "reversal",
        ),
        "credit_note": ("zw", "zwrot", "cn", "creditnote", "creditmemo", "nota", "notauznaniowa"),
    },
    "relation": {
        "external": ("zewnetrzny", "obcy", "external", "trade"),
        "intercompany": ("grupa", "powiazany", "intercompany", "ic", "wewnetrzny"),
        "collective": ("detal", "zbiorczy", "gotowka", "collective", "cash"),
    },
    "status": {
        "accrued": ("naliczony", "naliczone", "rezerwa", "accrued"),
        "settled": ("rozliczony", "rozliczone", "zaplacony", "settled", "paid"),
        "reversed": ("odwrocony", "rozwiazany", "stornowany", "reversed"),
    },
    "source": {
        "their_words": ("ankieta", "rozmowa", "klient", "theirwords"),
        "fact": ("fakt", "system", "fact"),
        "our_guess": ("szacunek", "ocenawlasna", "ourguess", "guess"),
    },
}  # fmt: skip
CURRENCIES: dict[str, str] = {
    "zł": "PLN", "zl": "PLN", "zlotych": "PLN", "€": "EUR", "euro": "EUR", "$": "USD", "£": "GBP",
}  # fmt: skip
IN_FILE_NAMES: dict[str, tuple[str, ...]] = {
    "invoice_lines": ("sprzedaz", "faktur", "invoice", "sales", "orderlines", "obrotyklient", "retail"),
    "customers": ("kontrahen", "klienci", "odbiorc", "customer", "client", "reseller", "accounts"),
    "prospects": ("prospe", "potencjaln", "lead"),
    "products": ("towar", "produkt", "product", "artykul", "material", "asortyment"),
    "receivables": ("naleznosc", "rozrach", "receivable", "saldanal"),
    "off_invoice": ("bonus", "rabaty", "offinvoice", "premie", "rebate"),
    "gl_totals": ("gltotals", "zestawienieobrotow", "obrotyisald", "generalledger", "trialbalance"),
    "drivers": ("driver", "nosnik", "czynnosc"),
    "contacts": ("contact", "kontakt"),
    "evidence": ("evidence", "dowod"),
    "strategic": ("strateg",),
    "ratings_ours": ("ratingsours", "oceny", "naszeoceny"),
    "ratings_theirs": ("ratingstheirs", "ankiet", "ocenyklient"),
    "fx_rates": ("fxrates", "kursy", "rates"),
    "identity": ("identity", "tozsamosc"),
}  # fmt: skip
