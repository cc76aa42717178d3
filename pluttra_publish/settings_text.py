"""The text of a new pluttra.toml. Knows the settings' defaults, and says them in Swedish. Writes no file."""

from __future__ import annotations

import json

from pluttra_publish.settings import DEFAULT_RULES, DEFAULT_SHORTCOMINGS

LOCAL_URL = "http://localhost:8000"
"""Where a preschool is tried out before it has an address of its own."""


def default_toml(name: str, url: str = LOCAL_URL) -> str:
    """Return the text of a new pluttra.toml, with Swedish comments, for `pluttra init`."""
    return f"""# Inställningar för Pluttra Publish. En rad som börjar med # är en kommentar.

name = {_quoted(name)}

# Adressen där familjerna läser. Den ska vara en egen adress som inte används till något annat, utan sökväg efter:
# url = "https://dagar.förskolan.se" går bra, men inte "https://förskolan.se/dagar".
url = {_quoted(url)}

# Vem man ber om en ny länk: "Hör av dig till …"
contact = "förskolan"

# Hur man når den som kan hjälpa till. Visas för alla, på sidorna som inte är låsta. Ta bort # och skriv era egna.
# email = "forskolan@kommunen.se"
# phone = "040-12 34 56"

# Språket i inlägg där inget annat står (raden Språk), och på sidorna omkring tills läsaren väljer ett annat: sv, en, so, fi eller ar.
language = "sv"
timezone = "Europe/Stockholm"

# Bilder utan beskrivning: "warn" påminner, "required" stoppar publiceringen.
alt_text = "warn"

# "principal": ingenting läggs ut förrän rektor har godkänt det med pluttra approve. "none": det räcker att det är klart.
approval = "none"

# Så många dagar läser en familj vidare efter barnets sista dag.
grace_days = 30

# Så många dagar går en länk att öppna, på så många telefoner man vill. Den som är inne läser vidare efter det.
link_days = 14

# Efter så många dagar utan publicering säger läsaren att inget nytt har kommit på länge.
notice_days = 14

# Visas första gången en länk öppnas. Ta bort # för att skriva egna.
# rules = [
{chr(10).join(f"#   {_quoted(rule)}," for rule in DEFAULT_RULES)}
# ]

# Tillägg till Pelican som ändrar texters innehåll. Läs docs/drift.md först.
plugins = []

# "each": i varje mejl om nya inlägg ligger en egen länk som går ut. "none": mejlen har ingen nyckel. Läs docs/mejl.md.
mail_links = "none"

# Den förslutna webbplatsen läggs här: i en mapp, eller direkt på ett SFTP-konto ("sftp") eller i en bucket ("s3"). Läs docs/hosts.md.
[host]
kind = "folder"
path = "public"

# Mejl: inbjudningar, och att det finns nytt att läsa. Ta bort # och läs docs/mejl.md. Lösenordet skrivs aldrig här: pluttra mail password
# [mail]
# host = "smtp.backen.example"
# security = "starttls"
# login = "dagar@backen.example"
# from = "dagar@backen.example"
# reply_to = "rektor@backen.example"
# digest = "at_once"

# Vad familjerna kan göra i läsaren. download = "own-children": en vårdnadshavare kan spara ner bilder som det egna barnet är på, även när andra barn
# också syns där. Reglerna ovan visas först. "none": ingen knapp för det. En skärmbild kan alltid tas.
[reader]
download = "none"

# pluttra watch: så många sekunder utan ändringar innan något läses. polling = true om inläggen ligger på en nätverksdisk. Läs docs/drift.md.
# [watch]
# settle = 1
# polling = false

# Brevlådan: så att familjerna kan svara. Ta bort # framför den väg ni väljer, och läs docs/brevladan.md. posts är vad ett inlägg från en telefon blir:
# "draft" väntar på er, "published" läggs ut. receipts = true frågar familjerna om ni får se vilka inlägg de har läst.
# [drop]
# url = "/drop"
# folder = "brevlada"
# bucket = "backen-brev"
# mail = "svar@backen.example"
# imap = "imap.backen.example"
# posts = "draft"
# receipts = false

# Aviseringar i telefonen, genom Apple, Google, Microsoft och Mozilla. Läs docs/notiser.md.
# [push]
# on = true
# contact = "forskolan@kommunen.se"

# Samtycken utöver foto, film, ljud och namn, och vad alla vårdnadshavare måste ha sagt ja till. Läs docs/samtycken.md.
[consents]
purposes = []
all_guardians = []
# Det av ändamålen som låter ett barn synas på väggen i hallen, i det som pluttra wall gör.
# wall = "vägg"

# Förskolans egen färg (# och sex tecken) och eget märke (en bild bredvid den här filen). Läs docs/utseende.md.
[theme]
# colour = "#1d5c87"
# logo = "logotyp.png"

# Tillgänglighetsredogörelsen: en sida som alla kan läsa, och som lagen kräver av er som har offentlig finansiering. Läs docs/utseende.md.
# compliance är "full", "partly" eller "not"; assessed är dagen då ni bedömde webbplatsen.
[accessibility]
# actor = "Kommunens namn"
compliance = "partly"
# assessed = 2026-09-01
# method = "Hur ni gick till väga."
shortcomings = [
{chr(10).join(f"  {_quoted(text)}," for text in DEFAULT_SHORTCOMINGS)}
]

# Säkerhetskopian: mappen på en annan disk, och av hur många dagar och månader en kopia sparas. Det som raderats finns kvar i kopian så länge. Läs docs/drift.md.
[backup]
# folder = "/media/disk/pluttra-kopia"
keep_days = 30
keep_months = 12

# Bara posts får ligga i en mapp som synkas mellan datorer. register, state, talks (utvecklingssamtalen) och inbox (det familjerna svarar) ska bara
# finnas på den här datorn.
[folders]
posts = "inlagg"
register = "register"
state = "privat"
talks = "samtal"
inbox = "inkommet"
"""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
