"""The pages in the clear that a new preschool begins with. Knows what they say, in Swedish. Writes no file.

What only the preschool knows is marked `[Fyll i …]`; `check` tells where that is left. The accessibility statement is not among them: it is
made of the settings.
"""

from __future__ import annotations


def starting_pages(name: str) -> dict[str, str]:
    """Return the text of each page by its file's name."""
    return {
        "Om förskolan.md": _ABOUT.format(name=name),
        "Hjälp.md": _HELP,
        "Personuppgifter.md": _PRIVACY.format(name=name),
    }


_ABOUT = """Titel: Om {name}

På den här webbplatsen skriver {name} om barnens dagar: vad de gör, undrar över och lär sig. Bara de familjer som hör till kan läsa, var och en med en egen länk från förskolan. Därför ser den som kommer hit utifrån inga bilder på barn.

[Fyll i var förskolan ligger, vilka avdelningar som finns, och hur man hör av sig.]
"""

_HELP = """Titel: Hjälp med länken

**Första gången.** Öppna länken i mejlet på den telefon där du vill läsa, läs det vi kommer överens om och tryck på knappen. Sedan behövs inget lösenord: telefonen minns. Lägg gärna sidan på hemskärmen, då hittar du tillbaka.

**Flera telefoner.** Samma länk går att öppna på din surfplatta också, så länge den gäller. Den andra vårdnadshavaren har en egen länk.

**Länken har gått ut.** Det är meningen, den gäller bara en tid. Säg till så får du en ny.

**Telefonen kom bort.** Säg till samma dag, så stänger vi den och ger dig en ny länk.

**Ny telefon, eller en som är lånad.** Tryck på ”Glöm den här enheten” under *Om läsaren*. Då försvinner allt som sparats på den.

**Det står att något inte stämmer.** Prova igen om en stund. Står det kvar vill vi veta det.

**Du ser eller hör dåligt.** Texten går att göra dubbelt så stor, och filmerna kan ha textning. Saknas något du behöver, så säg till.
"""

_PRIVACY = """Titel: Så hanterar vi personuppgifter

Här står vad vi skriver om ert barn och er, varför, och vad ni kan begära av oss.

## Vem ansvarar?

[Fyll i vem som är personuppgiftsansvarig – en nämnd i kommunen, eller bolaget eller föreningen som driver {name} – och hur man når dataskyddsombudet.]

## Vad sparar vi, och varför?

- **Barnets namn och avdelning, och vårdnadshavarnas namn och e-post.** De behövs för att rätt familj ska kunna läsa, och ingen annan.
- **Text, bilder, film och ljud från barnens dagar.** Med dem följer vi hur barnen lär och utvecklas, som läroplanen säger att vi ska göra.
- **Era svar om foto, film, ljud och namn.** Inget svar är ett nej. Ett ja kan ni ta tillbaka när som helst, lika lätt som ni gav det.

[Fyll i den rättsliga grunden: ofta en uppgift av allmänt intresse, artikel 6.1 e i dataskyddsförordningen, och samtycke för det som går utöver den.]

## Var finns uppgifterna?

Originalen finns hos oss. Det som ni läser ligger låst hos ett webbhotell, som inte kan öppna det. Platsen där en bild togs, och telefonen den togs med, följer aldrig med.

Den här webbplatsen har inga kakor, ingen reklam och ingenting som mäter vad ni gör. Vi ser inte vad ni läser. Webbhotellet ser att en telefon hämtar något, när och hur mycket.

## Hur länge?

[Fyll i hur länge ni sparar, och vilket beslut om gallring som gäller.]

## Vad kan ni begära?

Ni kan få veta vad vi har om ert barn, få fel rättade, begära att något tas bort och säga nej till det ni har sagt ja till. Hör av er till oss. Är ni inte nöjda kan ni klaga hos Integritetsskyddsmyndigheten, imy.se.
"""
