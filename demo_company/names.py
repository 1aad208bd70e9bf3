"""Names of invented firms: playful, plausible, and nobody's."""

import numpy as np
import pandas as pd

SEGMENTS = ("food", "drinks", "cosmetics", "e-commerce", "furniture", "automotive", "chemicals")
SEGMENTS_PL = {
    "food": "spożywcza",
    "drinks": "napoje",
    "cosmetics": "kosmetyki",
    "e-commerce": "e-handel",
    "furniture": "meble",
    "automotive": "motoryzacja",
    "chemicals": "chemia",
}
KINDS = {
    "food": ("Piekarnia", "Mleczarnia", "Przetwórnia", "Wędzarnia", "Cukiernia"),
    "drinks": ("Browar", "Tłocznia", "Rozlewnia", "Palarnia", "Winiarnia"),
    "cosmetics": ("Mydlarnia", "Pracownia Kremów", "Perfumeria", "Laboratorium", "Wytwórnia"),
    "e-commerce": ("Sklepik", "Wysyłkowo", "Paczkarnia", "Bazarek", "Kramik"),
    "furniture": ("Meblarnia", "Stolarnia", "Tapicernia", "Fabryka Krzeseł", "Tartak"),
    "automotive": ("Części", "Gumiarnia", "Tłumikownia", "Zderzak", "Warsztaty"),
    "chemicals": ("Farbiarnia", "Lakiernia", "Klejarnia", "Proszkownia", "Zakład Żywic"),
}
NICKNAMES = (
    "Śpiący Bóbr",
    "Krzywy Gwóźdź",
    "Trzy Gęsi",
    "Pod Łysym Dębem",
    "Zielona Żaba",
    "Dwa Łosie",
    "Leniwy Kot",
    "Wesoła Ćma",
    "Rudy Jeż",
    "Biały Kruk z Kapeluszem",
    "Stary Dzwon",
    "Mały Wąż",
    "Zimna Woda",
    "Cichy Świerszcz",
    "Żwawy Ślimak",
    "Okrągły Stół",
    "Siódme Poty",
    "Piąte Koło",
    "Złota Łyżka",
    "Nocna Sowa",
    "Gruby Miś",
    "Dziki Pęd",
    "Czysta Ręka",
    "Prosta Kreska",
    "Ósmy Dzień",
    "Szósty Zmysł",
    "Pełna Szuflada",
    "Mokra Ścierka",
    "Ciepły Kąt",
    "Równa Półka",
    "Ładny Gips",
    "Sto Pociech",
    "Błękitny Guzik",
    "Kwaśna Mina",
    "Słodki Ząb",
    "Twardy Orzech",
    "Wielki Wóz",
    "Krótka Noga",
    "Szczery Uśmiech",
    "Późna Zmiana",
    "Bosa Stopa",
    "Żółty Parasol",
)
PLACES = (
    "z Żabiej Wólki",
    "z Dolnych Łąk",
    "ze Szczypiorna Małego",
    "z Górek Płaskich",
    "z Pstrągowa Leśnego",
    "z Ćwiklic Nowych",
    "z Brzęczyska",
    "z Końca Świata",
)
NORTH, SOUTH = "north", "south"  # the two warehouses
FORMS = ("Sp. z o.o.", "S.A.", "s.c.", "Sp.k.", "Sp. z o.o.")
REGIONS = {
    "Pomorze": "North",
    "Mazowsze": "North",
    "Podlasie": "North",
    "Śląsk": "South",
    "Małopolska": "South",
    "Łódzkie": "South",
    "Czechy": "Export",
    "Niemcy": "Export",
}
HOME = tuple(region for region, manager in REGIONS.items() if manager != "Export")
ABROAD = tuple(region for region, manager in REGIONS.items() if manager == "Export")


def warehouse_of(regions: pd.Series) -> pd.Series:
    """Return the warehouse that delivers to each region: the south has its own.

    Examples
    --------
    >>> warehouse_of(pd.Series(["Śląsk", "Niemcy"])).tolist()
    ['south', 'north']
    """
    return regions.map(REGIONS).map({"South": SOUTH}).fillna(NORTH)


def firm_names(segments: np.ndarray, *, offset: int = 0) -> list[str]:
    """Name firms by their industry segments, no two alike.

    Parameters
    ----------
    segments : array of industry segments
    offset : int, how many firms were named before

    Examples
    --------
    >>> firm_names(["drinks"])
    ['Browar Śpiący Bóbr Sp. z o.o.']
    """
    return [_name(segment, place) for place, segment in enumerate(segments, start=offset)]


def _name(segment: str, place: int) -> str:
    """Return the name of the firm at a place; three coprime cycles keep neighbours apart."""
    kinds = KINDS[segment]
    round_, nickname = divmod(place, len(NICKNAMES))
    kind = kinds[(round_ + nickname) % len(kinds)]
    form = FORMS[(place // 3) % len(FORMS)]
    cycle, where = divmod(round_ // len(kinds), len(PLACES) + 1)
    town = f" {PLACES[where - 1]}" if where else ""
    number = f" {cycle + 1}" if cycle else ""
    return f"{kind} {NICKNAMES[nickname]}{town}{number} {form}"
