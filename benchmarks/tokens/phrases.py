"""What people write in the long conversations, in five languages: the news, the talk, the rest."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    Attributes:
        code: of ISO 639-1.
        reply: before the subject of an answer.
        subject: of the conversation.
        greeting, closing: around every message.
        news: what the newest message says, with `{company}`.
        talk: what older ones said.
        notice: the footer that a company has to write.
        attribution: the line over a quote, with `{day}`, `{name}` and `{address}`.
        original: what Outlook writes between rules.
        fields: From, Sent, To and Subject as Outlook writes them.
    """

    code: str
    reply: str
    subject: str
    greeting: str
    closing: str
    news: tuple[str, ...]
    talk: tuple[str, ...]
    notice: str
    attribution: str
    original: str
    fields: tuple[str, str, str, str]


_ENGLISH: Final = Language(
    code="en",
    reply="Re",
    subject="Your application",
    greeting="Hello",
    closing="Best regards",
    news=(
        "We would like to invite you to an interview on 5 March 2025 at 14:00 CET.",
        "Unfortunately, we have decided not to move forward with your application at {company}.",
        "We are delighted to offer you the position of Data Engineer at {company}.",
        "Please complete the coding assessment within seven days.",
        "Could you send me the slides from last week again? The file did not open here.",
    ),
    talk=(
        "Thank you for the quick answer, I have noted the dates and will look at my calendar.",
        "The office is on the third floor; ring the bell at the left door and ask for me.",
        "I attached the documents that you asked for, in one file this time.",
        "Our colleagues are travelling this week, so it may take until Thursday to hear back.",
        "About the equipment: both kinds of laptop are possible, and so is your own screen.",
        "I have a question about the relocation: does the company help to find a flat?",
    ),
    notice=(
        "{company} Ltd, registered in England, company number 01234567. This e-mail and its\n"
        "attachments are confidential. If you are not the intended recipient, delete it and tell\n"
        "the sender. Privacy policy: https://www.example.com/privacy?utm_source=mail&utm_id=77"
    ),
    attribution="On Tue, {day} Feb 2025 at 10:00, {name} <{address}> wrote:",
    original="Original Message",
    fields=("From", "Sent", "To", "Subject"),
)
_GERMAN: Final = Language(
    code="de",
    reply="AW",
    subject="Ihre Bewerbung",
    greeting="Guten Tag",
    closing="Mit freundlichen Grüßen",
    news=(
        "Wir möchten Sie gerne zu einem Gespräch am 5. März 2025 um 14:00 Uhr einladen.",
        "Leider müssen wir Ihnen mitteilen, dass wir uns für andere Bewerber entschieden haben.",
        "Wir freuen uns, Ihnen die Stelle bei {company} anbieten zu können.",
        "Können Sie mir die Folien von letzter Woche noch einmal schicken?",
    ),
    talk=(
        "Vielen Dank für die schnelle Antwort, ich habe mir die Tage notiert.",
        "Das Büro liegt im dritten Stock, bitte klingeln Sie links und fragen Sie nach mir.",
        "Im Anhang finden Sie die gewünschten Unterlagen, diesmal in einer Datei.",
        "Die Kollegen sind diese Woche unterwegs, es kann also bis Donnerstag dauern.",
        "Zur Ausstattung: beide Rechner sind möglich, ebenso ein eigener Bildschirm.",
    ),
    notice=(
        "{company} GmbH, Sitz der Gesellschaft: Berlin, Amtsgericht Charlottenburg HRB 12345,\n"
        "Geschäftsführung: M. Lund, USt-ID DE123456789. Datenschutz:\n"
        "https://www.example.com/datenschutz?utm_source=mail"
    ),
    attribution="Am Di., {day}. Feb. 2025 um 10:00 Uhr schrieb {name} <{address}>:",
    original="Ursprüngliche Nachricht",
    fields=("Von", "Gesendet", "An", "Betreff"),
)
_FRENCH: Final = Language(
    code="fr",
    reply="RE",
    subject="Votre candidature",
    greeting="Bonjour",
    closing="Cordialement",
    news=(
        "Nous souhaitons vous inviter à un entretien le 5 mars 2025 à 14h00.",
        "Malheureusement, nous ne donnerons pas suite à votre candidature.",
        "Pourriez-vous me renvoyer les diapositives de la semaine dernière ?",
    ),
    talk=(
        "Merci pour votre réponse rapide, j'ai bien noté les dates.",
        "Le bureau est au troisième étage, sonnez à gauche et demandez-moi.",
        "Vous trouverez les documents demandés en pièce jointe, en un seul fichier.",
        "Nos collègues sont en déplacement cette semaine, comptez jusqu'à jeudi.",
    ),
    notice=(
        "{company} SAS, siège social : Lyon, SIRET 123 456 789 00010. Mentions légales et\n"
        "politique de confidentialité : https://www.example.com/legal?utm_source=mail"
    ),
    attribution="Le mar. {day} févr. 2025 à 10:00, {name} <{address}> a écrit :",
    original="Message d'origine",
    fields=("De", "Envoyé", "À", "Objet"),
)
_SPANISH: Final = Language(
    code="es",
    reply="RE",
    subject="Tu candidatura",
    greeting="Hola",
    closing="Un saludo",
    news=(
        "Nos gustaría invitarte a una entrevista el 5 de marzo de 2025 a las 14:00.",
        "Lamentablemente, hemos decidido no continuar con tu candidatura en {company}.",
        "¿Podrías enviarme otra vez las diapositivas de la semana pasada?",
    ),
    talk=(
        "Gracias por la respuesta rápida, he anotado las fechas.",
        "La oficina está en la tercera planta; llama a la puerta de la izquierda.",
        "Adjunto los documentos que pedías, esta vez en un solo archivo.",
        "Los compañeros viajan esta semana, así que puede tardar hasta el jueves.",
    ),
    notice=(
        "{company} S.L. Aviso legal y política de privacidad:\n"
        "https://www.example.com/privacidad?utm_source=mail. Darse de baja: responde a este mail."
    ),
    attribution="El mar, {day} feb 2025 a las 10:00, {name} (<{address}>) escribió:",
    original="Mensaje original",
    fields=("De", "Enviado", "Para", "Asunto"),
)
_HINDI: Final = Language(
    code="hi",
    reply="Re",
    subject="आपका आवेदन",
    greeting="नमस्ते",
    closing="सादर",
    news=(
        "हम आपको 5 मार्च 2025 को दोपहर 2 बजे साक्षात्कार के लिए आमंत्रित करना चाहते हैं।",
        "खेद है कि इस बार आपका चयन नहीं हो सका।",
    ),
    talk=(
        "जल्दी जवाब देने के लिए धन्यवाद, मैंने तारीखें लिख ली हैं।",
        "कार्यालय तीसरी मंज़िल पर है, बाईं ओर की घंटी बजाइए।",
        "जो कागज़ात आपने माँगे थे, वे एक ही फ़ाइल में साथ भेजे हैं।",
        "हमारे साथी इस हफ़्ते यात्रा पर हैं, इसलिए गुरुवार तक का समय लगेगा।",
    ),
    notice=(
        "{company} Private Limited. Privacy policy: https://www.example.com/privacy?utm_id=9\n"
        "This message is confidential; delete it if you received this by mistake."
    ),
    attribution="{day} फ़र॰ 2025 को 10:00 बजे {name} <{address}> ने लिखा:",
    original="मूल संदेश",
    fields=("From", "Sent", "To", "Subject"),
)
LANGUAGES: Final = {each.code: each for each in (_ENGLISH, _GERMAN, _FRENCH, _SPANISH, _HINDI)}
