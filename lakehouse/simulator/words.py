"""What invented names are made of, in many scripts: the words of one language combine freely."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """Five words of one kind, five of another, and how a name, a band and a live recording are written."""

    code: str
    first: tuple[str, str, str, str, str]
    second: tuple[str, str, str, str, str]
    joiner: str = " "
    band: str = "{}"
    live: str = "{} (Live)"

    def combine(self, first: int, second: int) -> str:
        """Return a name of one word of each kind."""
        return f"{self.first[first % 5]}{self.joiner}{self.second[second % 5]}"


LANGUAGES: tuple[Language, ...] = (
    Language(
        "en",
        ("Paper", "Tin", "Borrowed", "Copper", "Sunday"),
        ("Lanterns", "Weather", "Stairs", "Harbours", "Oars"),
        band="{} Survey",
        live="{} - Live from the Attic",
    ),
    Language(
        "ko", ("종이", "유리", "새벽", "파란", "느린"), ("등대", "고래", "우산", "정거장", "파도"),
        band="{} 합창단", live="{} (라이브)",
    ),
    Language(
        "ja", ("紙の", "硝子の", "真夜中の", "忘れた", "青い"), ("灯台", "傘", "自販機", "電車", "魚"),
        joiner="", band="{}クラブ", live="{}(ライブ)",
    ),
    Language(
        "zh", ("纸做的", "玻璃的", "午夜的", "蓝色的", "没有门的"), ("船", "灯塔", "雨伞", "电台", "楼梯"),
        joiner="", band="{}九号", live="{} (现场)",
    ),
    Language(
        "ru",
        ("Бумажный", "Стеклянный", "Ночной", "Последний", "Жёлтый"),
        ("маяк", "трамвай", "катер", "зонт", "подъезд"),
        band="{} 17", live="{} (концертная запись)",
    ),
    Language(
        "uk",
        ("Паперовий", "Скляний", "Нічний", "Солом'яний", "Їжачий"),
        ("маяк", "трамвай", "ліхтар", "ґанок", "під'їзд"),
        band="{} і Ко", live="{} (наживо)",
    ),
    Language(
        "el",
        ("Χάρτινη", "Γυάλινη", "Μικρή", "Ήσυχη", "Γαλάζια"),
        ("πυξίδα", "βάρκα", "νύχτα", "σκάλα", "ομπρέλα"),
        band="{} 4", live="{} – ζωντανή ηχογράφηση",
    ),
    Language(
        "ar",
        ("قمر", "مركب", "شباك", "فانوس", "سلم"),
        ("من ورق", "من زجاج", "بلا ساعة", "على الرمل", "تحت المطر"),
        band="فرقة {}", live="{} (حفلة)",
    ),
    Language(
        "he", ("מפרש", "מגדל", "סולם", "פנס", "גשר"), ("שקוף", "כחול", "ישן", "קטן", "איטי"),
        band="להקת {}", live="{} (הופעה חיה)",
    ),
    Language(
        "hi",
        ("काग़ज़ की", "नीली", "धूप की", "पुरानी", "काँच की"),
        ("पतंग", "नाव", "खिड़की", "सीढ़ी", "घड़ी"),
        band="{} मंडली", live="{} (लाइव)",
    ),
    Language(
        "th", ("เรือ", "ว่าว", "โคม", "หน้าต่าง", "สะพาน"), ("กระดาษ", "สีคราม", "เก่า", "แก้ว", "กลางคืน"),
        joiner="", band="วง{}", live="{} (บันทึกการแสดงสด)",
    ),
    Language(
        "ka",
        ("ქაღალდის", "მინის", "ღამის", "ზღვის", "ლურჯი"),
        ("ვარსკვლავი", "ნავი", "კიბე", "ფანჯარა", "ქოლგა"),
        band="{} 5",
    ),
    Language(
        "hy", ("Թղթե", "Ապակե", "Գիշերային", "Կապույտ", "Հին"), ("նավակ", "ափ", "լապտեր", "պատուհան", "կամուրջ"),
        band="{} 4",
    ),
    Language(
        "pt",
        ("Relógio", "Barco", "Farol", "Bonde", "Coração"),
        ("de Açúcar", "de Papel", "Parado", "sem Porto", "do Sótão"),
        band="Trio {}", live="{} (Ao Vivo)",
    ),
    Language(
        "tr", ("Kâğıt", "Cam", "Kırık", "Uykusuz", "İğde"), ("Fener", "Saat", "Merdiven", "Işık", "Gölge"),
        band="{} Üçlüsü", live="{} (Canlı)",
    ),
    Language(
        "pl",
        ("Papierowy", "Szklany", "Nocny", "Żółty", "Śpiący"),
        ("żagiel", "śnieg", "tramwaj", "zegar", "dźwig"),
        band="{} i Łódki", live="{} (na żywo)",
    ),
    Language(
        "vi", ("Đèn", "Thuyền", "Ô Cửa", "Bến", "Cầu"), ("Giấy", "Cũ", "Mờ", "Thủy Tinh", "Tầng Chín"),
        band="Nhóm {}", live="{} (Trực Tiếp)",
    ),
    Language(
        "de",
        ("Gläserne", "Papierne", "Leise", "Süße", "Übrige"),
        ("Straße", "Brücke", "Küche", "Uhr", "Möwe"),
        band="{} 0", live="{} (Live aus dem Keller)",
    ),
    # The accents of these names are separate characters (decomposed), as some labels deliver them.
    Language(
        "fr",
        ("E\u0301chelle", "E\u0301toile", "Fene\u0302tre", "Pe\u0301nombre", "Œillade"),
        ("de papier", "de verre", "du grenier", "sans heure", "a\u0300 deux"),
        band="Les {}", live="{} (en concert)",
    ),
    Language("emoji", ("🌒", "🦊", "🎈", "⛵", "👩🏽‍🚀"), ("🌔", "📎", "🪁", "🕯️", "☔"), joiner="", band="{} {}"),
)  # fmt: skip

TRICKY_TITLES: tuple[str, ...] = (
    "NULL",
    "None of the Above, Pt. 1",
    "<b>Bold</b> & Brave",
    "It's 5 O'Clock \"Nowhere\" \\ Elsewhere",
    "=SUM(oars)",
    "Left Join; Lost Oar",
    "100 % Rain, 0,5 Umbrellas",
    "Tab\there, Line\u2028there",
    " Leading Space",
    "0",
)
"""Titles that break careless code."""

GENRES: tuple[str, ...] = (
    "glass pop",
    "harbour pop",
    "attic brass",
    "straw folk",
    "cold wave",
    "island wave",
    "kite raga",
    "sand dub",
    "sugar samba",
    "orchard jazz",
    "stairwell pop",
    "data rock",
)

ALL_MARKETS = """
AD AE AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CG CH CI CL CM CO CR CV
CW CY CZ DE DJ DK DM DO DZ EC EE EG ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY HK HN HR HT HU ID IE
IL IN IQ IS IT JM JO JP KE KG KH KI KM KN KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MN
MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PS PT PW PY QA RO RS RW SA SB SC SE
SG SI SK SL SM SN SR ST SV SZ TD TG TH TJ TL TN TO TR TT TV TW TZ UA UG US UY UZ VC VE VN VU WS XK YE ZA ZM ZW
"""
MARKETS: tuple[str, ...] = tuple(ALL_MARKETS.split())
