"""Portuguese, Italian and Dutch phrases: the basics. Labels are in `rules_lexicon`."""

# ruff: noqa: E501  # a phrase stands on one line

PORTUGUESE = {
    "REJECTION": """
5 infelizmente|lamentamos ~25 não|outro*|outra*|preenchid*|encerrad*
5 não ~4 seguir|avançar|prosseguir|continuar|seguiremos|avançaremos|prosseguiremos ~6 candidatura|processo|você|perfil|consigo
5 não ~3 foi|foste ~1 selecionad*|aprovad*|escolhid*
5 decidimos|optamos|optámos ~4 outro*|outra* ~1 candidat*|perfil*
5 vaga|posição ~3 preenchida|encerrada|cancelada
""",
    "OFFER": """
5 oferecer|oferta|proposta ~5 vaga|emprego|trabalho|posição|cargo|contratação ~3
5 proposta|oferta ~2 de ~1 emprego|trabalho|contratação
5 contrato ~4 trabalho|anexo|assinar|assinatura
5 parabéns ~10 aprovad*|selecionad*|contratad*|vaga
""",
    "INTERVIEW": """
5 convid*|convite|agendar|marcar|confirmar|agendamento|confirmação|reagendar|lembrete ~6 entrevista|bate-papo|conversa
5 entrevista ~6 agendada|marcada|confirmada|cancelada|remarcada|dia|às
4 gostaríamos|gostávamos|gostaria ~5 conversar|conhecer|conhecê-lo|conhecê-la|falar ~4
4 disponibilidade ~6
""",
    "ASSESSMENT": """
5 teste|desafio|prova|avaliação|exercício ~2 técnic*|online|lógica|programação|prátic*|código|comportamental
5 realiz*|complet*|fazer|conclu*|responder ~5 teste|desafio|avaliação|prova
4 prazo ~4 dias|horas
""",
    "APPLIED": """
5 recebemos|recebida|enviada|confirmamos|registrada|receção ~5 candidatura|currículo|inscrição
5 candidatura|inscrição ~5 recebida|enviada|registrada|análise|realizada|sucesso|submetida
5 obrigad*|agradecemos ~6 candidatura|candidatar|interesse|inscrição
""",
    "JOB": """
2 candidatura|candidato|candidata|processo_seletivo|vaga
1 recrutamento|entrevista|currículo|seleção|desenvolvedor*|engenheir*
""",
    "NOISE": """
5 novas|vagas ~3 vagas|para_você|para_ti|recomendadas|semana|abertas
5 alerta ~2 vaga|vagas|emprego
5 desconto|promoção|oferta_imperdível|aproveite|cupom|boleto|fatura
5 dicas|guia|curso|webinar|inscreva-se|workshop|pesquisa ~8
""",
    "AWAY": """
5 empréstimo|seguro|cartão|consulta|médico|dentista|visto|passaporte|plano_de_saúde|apartamento ~3
""",
    "IF": """
1 se|caso ~4 perfil|candidatura|selecionad*|aprovad*
""",
}

ITALIAN = {
    "REJECTION": """
5 purtroppo|spiacenti|dispiace|rammarico ~25 non|altri|altro|altra|coperta|chiusa
5 non ~5 proseguire|procedere|proseguiremo|procederemo|dare_seguito ~6 candidatura|selezione|lei|te|profilo
5 non ~4 stat* ~1 selezionat*|sceltat*|scelto|scelta
5 deciso|scelto ~4 altri|altro|altra ~1 candidat*|profil*
5 posizione ~4 coperta|chiusa|assegnata
""",
    "OFFER": """
5 lieti|felici|piacere ~6 offrir*|proporre|proporti|proporle|offerta
5 offerta|proposta|lettera ~1 di|d ~1 lavoro|assunzione|impegno
5 contratto ~5 lavoro|assunzione|allegato|firmare|firma
""",
    "INTERVIEW": """
5 invit*|fissare|programmare|confermare|conferma|organizzare|spostare|promemoria|convocazione ~6 colloquio|colloqui|videochiamata|intervista
5 colloquio ~6 confermato|fissato|programmato|conoscitivo|tecnico|telefonico|annullato|rinviato|lunedì|martedì|mercoledì|giovedì|venerdì
4 vorremmo|vorrei|piacerebbe ~5 conoscer*|parlare|incontrar*|sentir*
4 disponibilità ~6
""",
    "ASSESSMENT": """
5 test|prova|esercizio|valutazione|questionario|sfida ~2 tecnic*|online|attitudinale|pratic*|programmazione|codice|personalità|logica
5 complet*|svolg*|eseguire|sostenere ~5 test|prova|esercizio|valutazione|questionario
4 entro ~4 giorni|ore
""",
    "APPLIED": """
5 ricevuto|ricevuta|inviata|confermiamo|registrata|inoltrata ~6 candidatura|cv|curriculum
5 candidatura ~5 ricevuta|inviata|registrata|esame|valutazione|inoltrata|confermata
5 grazie|ringraziamo|ringraziarti ~8 candidatura|candidato|candidata|interesse|candidarti
""",
    "JOB": """
2 candidatura|candidato|candidata|selezione|assunzione
1 posizione|colloquio|curriculum|lavoro|risorse_umane|sviluppat*|ingegnere
""",
    "NOISE": """
5 nuove|nuovi|ultime|migliori ~2 offerte|annunci|lavori|posizioni
5 offerte_di_lavoro|annunci_di_lavoro ~5
5 sconto|saldi|promozione|offerta_speciale|solo_oggi|risparmia|coupon
5 consigli|guida|corso|webinar|iscriviti|fiera|sondaggio ~8
""",
    "AWAY": """
5 prestito|mutuo|assicurazione|polizza|visita_medica|medico|dentista|visto|passaporte|tariffa|fibra|appartamento
""",
    "IF": """
1 se|qualora ~5 profilo|candidatura|selezionat*|linea
""",
}

DUTCH = {
    "REJECTION": """
5 helaas|spijt ~25 niet|geen|andere|andere_kandidaat|vervuld|afwijz*
5 niet ~4 verder|door|uitnodigen|geselecteerd ~6 procedure|sollicitatie|jou|u|proces|ronde|sollicitatieprocedure
5 gekozen ~3 andere ~1 kandidaat|kandidaten
5 vacature|functie ~4 vervuld|gesloten|ingevuld
5 afgewezen|afwijzing
""",
    "OFFER": """
5 aanbod|aanbieden ~6 functie|baan|contract|arbeidsovereenkomst|arbeidscontract
5 baanaanbod|arbeidsovereenkomst|arbeidscontract|arbeidsvoorwaarden ~4
5 blij|graag|verheugd ~4 functie|baan|contract ~3 aanbieden|aan_te_bieden
""",
    "INTERVIEW": """
5 uitnodig*|uitgenodigd|inplannen|plannen|bevestig*|verzetten|afspraak|nodigen ~7 gesprek|sollicitatiegesprek|kennismakingsgesprek|interview|kennismaking|telefoongesprek
5 sollicitatiegesprek|kennismakingsgesprek|tweede_gesprek|eerste_gesprek
4 graag ~4 kennismaken|spreken|ontmoeten|leren_kennen
4 beschikbaarheid|beschikbaar ~6
""",
    "ASSESSMENT": """
5 online|technische|coding ~1 assessment|test|opdracht|toets
5 capaciteitentest|persoonlijkheidstest|thuisopdracht|programmeeropdracht|praktijkopdracht
5 maken|voltooien|afronden|invullen|maak ~5 test|assessment|opdracht|vragenlijst
""",
    "APPLIED": """
5 bedankt|dank|bedanken ~6 sollicitatie|solliciteren|gesolliciteerd|interesse
5 sollicitatie|cv ~6 ontvangen|ontvangst|verzonden|behandeling|verstuurd|goed
5 ontvangen|ontvangst|ontvangstbevestiging ~4 sollicitatie
""",
    "JOB": """
2 sollicitatie|solliciteren|sollicitant|vacature|kandidaat
1 functie|werkgever|gesprek|ontwikkelaar
""",
    "NOISE": """
5 nieuwe|passende ~2 vacatures|banen
5 vacature_alert|jobalert|nieuwsbrief|uitschrijven
5 korting|aanbieding|uitverkoop|factuur|bestelling
5 tips|webinar|cursus|banenbeurs|inschrijven|enquête ~8
""",
    "AWAY": """
5 lening|hypotheek|verzekering|tandarts|huisarts|energiecontract|abonnement|visum|woning|bezichtiging|garage
""",
    "IF": """
1 als|indien|mocht ~5 profiel|sollicitatie|geselecteerd|past
""",
}
