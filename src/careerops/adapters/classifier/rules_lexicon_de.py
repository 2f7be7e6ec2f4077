"""German phrases. The language of the lines is `rules_phrases`; labels are in `rules_lexicon`."""

# ruff: noqa: E501  # a phrase stands on one line

GERMAN = {
    "REJECTION": """
5 leider ~30 nicht|keine|kein|keinen|anderweitig|andere*|absage*|abgesagt|absagen
3 leider ~15 absagen|absage|besetzt|entschieden
5 absage ~6 bewerbung|stelle|position
5 bewerbung ~8 nicht ~5 berücksichtig*|weiter|weiterverfolg*|fortführen|erfolgreich|engere
5 nicht ~4 berücksichtigen|weiterverfolgen|weiter_verfolgen|fortsetzen|fortführen
5 für ~3 andere*|anderen ~4 bewerber*|kandidat*|bewerbung*|mitbewerber* ~3 entschieden
5 entschieden ~4 andere* ~3 bewerber*|kandidat*|profil*
5 andere*|anderen ~2 bewerber*|kandidat* ~6 entschieden|vorzug|besser|fortzusetzen|eingestellt
5 stelle|position|vakanz ~4 besetzt|vergeben|geschlossen|zurückgezogen
5 anderweitig ~2 besetzt|vergeben|entschieden
5 nicht ~3 engere ~2 auswahl|wahl
5 keine ~2 zusage|positive ~3 geben|erteilen|antwort|rückmeldung|nachricht
5 kein|keine|keinen ~3 angebot|stelle|position|arbeitsvertrag ~3 machen|anbieten|unterbreiten
5 nicht ~4 einladen|anbieten|weiter ~3
4 bedauern ~12 mitteilen|müssen|nicht|absagen|mitzuteilen
4 müssen ~6 absagen|absage_erteilen
2 leider|bedauer*|bedauerlicherweise
3 andere*|anderen ~1 bewerber*|kandidat*
4 absage|absagen ~6 schwer|erteilen|wertung
2 wünschen ~4 berufliche*|private*|weitere*|viel ~5 erfolg|zukunft|weg|alles_gute
2 alles_gute ~6 zukunft|weg|suche
2 vielzahl|große*|hohe ~3 bewerbungen|bewerbern|anzahl|zahl
4 nicht ~4 überzeugen|entsprechen|entspricht|passt|passen ~4
4 weiteren ~2 verlauf|bewerbungsprozess|auswahlverfahren ~4 nicht
""",
    "OFFER": """
5 freuen ~6 stelle|position|job|praktikum|arbeitsvertrag|anstellung|festanstellung|ausbildungsplatz|werkstudentenstelle ~6 anbieten|anzubieten|angebot
5 anbieten|anzubieten ~3 können|dürfen ~2
5 bieten|biete ~4 stelle|position|job|arbeitsvertrag|praktikum|ausbildungsplatz ~2
4 in_unserem_team|im_team ~3 begrüßen|willkommen
5 position|stelle|job|praktikumsplatz|ausbildungsplatz ~6 anbieten|anzubieten
5 arbeitsvertrag|vertragsangebot|jobangebot|stellenangebot|vertragsentwurf|anstellungsvertrag|dienstvertrag ~8 anbei|anhang|unterschr*|unterzeichn*|anlage|beigefügt|zurück|prüfen|senden|zusenden|zukommen
5 anbei|anhang|anlage|beigefügt|unterschr*|unterzeichn*|senden ~6 arbeitsvertrag|vertragsangebot|jobangebot|vertragsentwurf|anstellungsvertrag|angebotsschreiben
5 ihr|dein|unser|das|verbindliches|konkretes|ein ~1 jobangebot|vertragsangebot|arbeitsvertrag|angebotsschreiben
5 angebot ~6 position|stelle|als|anstellung|arbeitsvertrag|zusammenarbeit ~4
5 zusage ~8 stelle|position|bewerbung|praktikum|für|als
5 team ~2 verstärken|unterstützen ~2 werden|wirst
4 vertrag|arbeitsvertrag ~4 anbei|anhang|unterschr*|beigefügt
4 für ~1 sie|dich ~2 entschieden
4 sie|dich|dir|ihnen ~3 eingestellt|einstellen
3 willkommen ~3 team|bord
3 gehalt|jahresgehalt|vergütung|bruttojahresgehalt|monatsgehalt|eintrittsdatum|eintrittstermin|arbeitsbeginn|probezeit|vertragsbeginn
3 herzlichen_glückwunsch|glückwunsch|gratulieren
2 angebot ~4 annehmen|annahme|gültig
3 mündliche* ~2 angebot|zusage
""",
    "INTERVIEW": """
5 einladung ~5 *gespräch|interview|telefoninterview|kennenlernen|probearbeiten|probetag|videointerview|vorstellungstermin|gesprächstermin|telefonat
5 laden|einladen|einzuladen|eingeladen|lade ~8 *gespräch|interview|telefoninterview|kennenlernen|probearbeiten|probetag|videointerview|videocall|telefonat
5 *gespräch|interview|telefoninterview|kennenlernen|probetag|probearbeiten ~5 einladen|einzuladen|eingeladen|vereinbaren|verabreden|verschieben|verlegen|bestätigen|verschoben|bestätigt|führen|statt|abgesagt|verlegt|terminieren
5 vorstellungsgespräch|bewerbungsgespräch|kennenlerngespräch|jobinterview|telefoninterview|videointerview|vorstellungstermin|fachgespräch|auswahlgespräch|erstgespräch|zweitgespräch
5 terminbestätigung|termin|terminvorschlag|terminvorschläge|terminabsprache|terminvereinbarung|terminverschiebung|erinnerung|bestätigung ~4 *gespräch|interview|telefoninterview|kennenlernen
5 ihr|dein|unser|das|für_das|zum ~2 interview|gespräch ~8 am|um|uhr|mit|findet|wurde|muss
4 *gespräch|interview ~3 am|um ~6 uhr
4 interview|gespräch ~6 uhr|montag|dienstag|mittwoch|donnerstag|freitag
4 möchten|würden|wollen ~4 sie|dich|dir|ihnen ~6 kennenlernen|kennen_lernen|sprechen|gespräch|interview
4 gerne ~4 persönlich|näher|besser|telefonisch|sie|dich ~4 kennenlernen|kennen_lernen|sprechen
4 hätten|haben|hast|hättest ~6 zeit|lust ~5 telefonat|gespräch|call|kennenlernen|austausch|interview|videocall
3 neugierig|überzeugt|gefallen|begeistert|angesprochen
4 wann ~3 zeit|passt|verfügbar ~4
4 terminvorschl*|verfügbarkeit|verfügbarkeiten|wunschtermin
4 termin ~5 gespräch|telefonat|vereinbaren|aussuchen|auswählen|buchen|wählen|passt|verschieben|bestätigen
4 nächste|zweite|erste|letzte|finale|nächsten|zweiten ~1 runde|gesprächsrunde|interviewrunde|schritt
2 fachbereich|teamleiter*|abteilungsleiter*|personalleiter*
3 videokonferenz|videocall|vor_ort ~4
3 weiter ~3 runde
5 vorstellungstermin*|vorstellungsgespräch*|bewerbungsgespräch*|kennenlerngespräch*|auswahlgespräch*|auswahltag|bewerbertag
5 vereinbarung|vereinbaren|absprache ~4 *gesprächs|*termins|*termin|*gespräch
""",
    "ASSESSMENT": """
5 online|coding|programmier|fach|technische*|kognitive*|psychometrische*|logik ~1 test|tests|assessment|aufgabe|challenge|übung|aufgaben|testverfahren
5 onlinetest|einstellungstest|eignungstest|persönlichkeitstest|programmieraufgabe|programmiertest|programmieraufgaben|testaufgabe|fallstudie|arbeitsprobe|online-assessment|coding-challenge|leistungstest|probeaufgabe|auswahltest|intelligenztest|hausaufgabe|case_study|sprachtest|wissenstest
5 bearbeiten|absolvieren|durchführen|lösen|ausfüllen|einreichen|abschließen|bearbeite|absolviere|löse ~8 test|aufgabe|challenge|fallstudie|assessment|fragebogen
5 test|aufgabe|challenge|fallstudie|assessment ~8 bearbeiten|absolvieren|durchführen|lösen|einreichen|abschließen|absolviere|ablauf|frist|bearbeite|löse|bearbeitet
4 innerhalb|binnen ~5 tagen|stunden|woche ~6
3 frist|abgabe|abgabefrist|bearbeitungszeit
2 assessment|testlink
""",
    "ONEWAY": """
5 zeitversetzt*|aufgezeichnet* ~2 interview|videointerview
5 antworten ~6 aufzeichnen|aufnehmen
""",
    "APPLIED": """
5 vielen_dank|danke|bedanken|dank|herzlichen_dank|freuen ~6 bewerbung|bewerbungsunterlagen|deine_bewerbung|ihre_bewerbung
5 bewerbung|bewerbungsunterlagen|unterlagen ~8 erhalten|eingegangen|eingang|übermittelt|gesendet|bestätigen|gesichtet|prüfen|geprüft|versendet|abgeschickt|eingereicht|angekommen|bearbeitung|bearbeitet|prüfung
5 eingangsbestätigung|bewerbungseingang|bewerbungsbestätigung|empfangsbestätigung
5 eingang|erhalt ~3 bewerbung|unterlagen|bewerbungsunterlagen
5 prüfen|sichten|geprüft|prüfung ~5 bewerbung|unterlagen|bewerbungsunterlagen|profil
5 erfolgreich ~3 beworben
4 du|sie ~6 beworben
2 ihre_bewerbung|deine_bewerbung
3 melden_uns|rückmeldung|setzen_uns ~8
3 interesse ~4 stelle|position|unternehmen|mitarbeit
""",
    "JOB": """
2 bewerbung|bewerber*|bewerbungs*|beworben|kandidat*
1 stelle|position|vakanz|ausschreibung|praktikum|werkstudent*|ausbildung|ausbildungsplatz
1 recruiting|personalabteilung|recruiter*|personalleitung|hr|fachbereich
1 lebenslauf|anschreiben|unterlagen|vorstellungsgespräch|arbeitsvertrag
1 karriere|arbeitgeber|team|*entwickler*|*ingenieur*
1 initiativbewerbung|blindbewerbung|kurzbewerbung|empfangskraft|aushilfe|stellenausschreibung|rolle|job
""",
    "NOISE": """
5 neue|passende|aktuelle|weitere|ähnliche|empfohlene|top ~2 jobs|stellen|stellenangebote|jobangebote|stellenanzeigen|vakanzen|praktika ~6
5 jobalert|jobagent|job-alarm|jobalarm|stellenalarm|job-newsletter|jobempfehlung*|suchauftrag|job-mail|jobmail|jobbenachrichtigung*
5 jobs|stellen|stellenangebote ~2 für_dich|für_sie|passen*|in_deiner_nähe|in_ihrer_nähe|gefunden
5 profil ~3 angesehen|besucht|aufgerufen
5 wir_suchen|sucht|stellt_ein|suchen_wir ~8
5 newsletter|wochenrückblick|abmelden ~10
5 webinar|messe|jobmesse|karrieremesse|karrieretag|workshop|infoabend|seminar|online-kurs|weiterbildung|kurs|hackathon|event|tagung ~6
5 tipps|ratgeber|leitfaden|vorlage*|checkliste|fehler|fragen ~6 bewerbung|vorstellungsgespräch|lebenslauf|interview|gehalt*|anschreiben|bewerbungsgespräch
5 vorstellungsgespräch|bewerbung|lebenslauf|gehalts*|bewerbungsgespräch ~3 tipps|ratgeber|leitfaden|vorlage*|checkliste|vorbereiten|meistern|meisterst|training|report|vergleich|coaching
5 umfrage|befragung|feedback|bewerten|bewertung ~8 bewerbungsprozess|bewerbungserfahrung|erfahrung|gespräch|interview|bewerbung|zufrieden*|minuten
5 gehaltsreport|gehaltsvergleich|gehaltsrechner|gehaltscheck
5 rabatt|gutschein|sonderangebot|angebote|schnäppchen|prozent ~6
5 angebot ~4 nur|kurze_zeit|sichern|exklusiv|sparen|kunden|nur_heute
5 exklusiv*|unschlagbar*|besonder*|persönlich* ~1 angebot|angebote ~6
5 profil ~6 aufmerksam|gestoßen|gefunden|gesehen|interessant
5 spannende*|interessante*|neue ~2 herausforderung|position|vakanz|stelle|möglichkeit ~8 kunden|mandant*|interesse|interessiert|sie|dich
5 unseren|mein*|unser* ~1 kunden|mandant* ~6
5 offen|interessiert|interesse ~4 neue*|wechsel|beruflich* ~4 herausforderung*|chance*|möglichkeit*|position*
4 jetzt ~1 bewerben|registrieren|anmelden|sichern|buchen|ansehen
5 lust|wechselwillig|wechselbereit ~6
4 rechnung|bestellung|lieferung|paket|sendung|zahlung|buchung|mahnung|kontoauszug
4 passwort|bestätigungscode|sicherheitscode|e-mail-adresse_bestätigen|datenschutz|nutzungsbedingungen|konto_bestätigen
4 profil ~3 vervollständigen|aktualisieren|optimieren
5 bewerbung ~3 abschließen|vervollständigen|noch_nicht|unvollständig|vollenden
4 einladung ~4 feier|party|event|veranstaltung|messe|hochzeit|geburtstag|mitgliederversammlung|hauptversammlung|elternabend|webinar|sommerfest|vernissage
""",
    "AWAY": """
5 kredit|versicherung|kreditkarte|girokonto|tagesgeld|ratenkredit|baufinanzierung|kfz|haftpflicht*|krankenkasse|sparkonto|zinsen|zinssatz|dispo
5 handyvertrag|stromtarif|gastarif|dsl|handytarif|mobilfunk*|stromvertrag|tarif|tarifwechsel|vertragsverlängerung|internetvertrag|festnetz
5 visum|visa|botschaft|konsulat|aufenthaltstitel|ausländerbehörde|bürgeramt|reisepass|einbürgerung
5 arzttermin|zahnarzt*|zahnreinigung|praxis|impfung|impftermin|kontrolltermin|vorsorge*|physiotherapie|facharzt|untersuchung|sprechstunde|augenarzt
5 wohnung|wohnungsbesichtigung|besichtigungstermin|mietvertrag|vermieter*|immobilie|besichtigung
4 werkstatt|inspektion|tüv|reifenwechsel|friseur*
4 reise|flug|hotel|urlaubsreise|urlaubsangebot*|kino|konzert
4 elterngespräch|elternabend|schule|kita|studienplatz|zulassung|universität|immatrikulation|schuljahr
4 beratungsgespräch|verkaufsgespräch|kennenlernangebot|probeabo|abo
""",
    "SCAM": """
3 whatsapp|telegram ~10 recruiter|hr|personal*|kontakt*|melden|schreiben|nachricht|bewerb*
3 kontaktieren|melden|schreiben|schreib ~8 whatsapp|telegram
5 ohne ~2 vorstellungsgespräch|bewerbungsgespräch|interview
5 kein ~2 vorstellungsgespräch|interview ~2 erforderlich|nötig|notwendig
5 bearbeitungsgebühr|vorauszahlung|vorkasse|anmeldegebühr|kaution|schulungsgebühr|registrierungsgebühr
5 bitcoin|krypto*|usdt|geschenkkarte* ~12
4 euro ~4 pro_tag|täglich|pro_woche ~6
4 keine ~1 erfahrung|vorkenntnisse ~2 erforderlich|nötig
4 personalausweis|ausweiskopie|bankdaten|iban ~6 senden|schicken|zusenden
""",
    "IF": """
1 falls|wenn|sofern|sollte|sollten ~4 profil|qualifikation*|bewerbung|unterlagen|anforderungen|kenntnisse
1 falls|wenn|sofern|sollte|sollten ~4 sie|du|wir ~8 passen|überzeugen|infrage|in_frage|engere|ausgewählt|auswahl|geeignet|interessant
1 bei ~2 passung|eignung|interesse|positiver|übereinstimmung ~6
1 gegebenenfalls|ggf|eventuell|möglicherweise
1 bewerbungsprozess|auswahlprozess|auswahlverfahren ~8 umfasst|besteht|beinhaltet
1 ausgewählte|geeignete|passende ~1 bewerber*|kandidat*
""",
    "ANEW": """
4 andere*|weitere*|alternative* ~2 stelle|position|rolle|vakanz ~14 gespräch|kennenlernen|interview|sprechen|einladen|telefon*|austauschen
4 gespräch|kennenlernen|interview|sprechen|einladen|einladung ~10 andere*|alternative* ~2 stelle|position|rolle|vakanz
""",
    "PAST": """
3 nach|danke|dank|bedanken|während ~6 *gespräch|interview|gesprächs
""",
    "CANCEL": """
4 *gespräch|interview|termin ~8 abgesagt|absagen|storniert|entfällt|ausfallen
""",
}
