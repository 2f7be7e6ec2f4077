"""Lists of words that many phrases share (`@not` ...), written as alternatives of `rules_phrases`."""

# ruff: noqa: E501  # a list stands on one line

MACROS: dict[str, str] = {
    "@not": "not|no_longer|never|cannot|can't|couldn't|won't|wouldn't|unable|don't|doesn't|didn't|isn't|aren't|wasn't|weren't|haven't|hasn't",
    "@day": "monday|tuesday|wednesday|thursday|friday|saturday|mon|tue|tues|wed|thu|thurs|fri|tomorrow|today|next_week|this_week|morning|afternoon|noon",
    "@talk": "talk|chat|call|phone_call|conversation|meeting|catch-up|session|interview|discussion|coffee|video_chat|video_call|zoom",
    "@people": "cto|ceo|coo|cfo|vp|founder|cofounder|co-founder|founders|hiring_manager|engineering_manager|manager|team_lead|lead|director|head|panel|recruiter|owner|boss|supervisor|principal|head_teacher|head_of|partner|partners|team|colleagues|department",
    "@place": "office|offices|studio|shop|store|site|us|workshop|school|headquarters|hq|premises|building|reception|clinic|restaurant|kitchen|warehouse|lab|place",
    "@role": "role|position|job|vacancy|post|opening|spot|seat|opportunity|requisition|internship|apprenticeship|placement",
    "@other": "another|other|someone|somebody|different|internal|alternative|stronger|a_candidate|an_applicant|the_other",
    "@tag": "montag*|dienstag*|mittwoch*|donnerstag*|freitag*|samstag*|morgen|heute|nächste_woche|nächsten|kommende_woche|diese_woche|vormittag*|nachmittag*",
    "@stelle": "stelle|position|vakanz|ausbildungsplatz|platz|praktikum|praktikumsplatz|rolle|job|posten|ausschreibung",
    "@absender": "geschäftsführ*|geschäftsleitung|abteilungsleit*|teamleit*|teamlead|fachbereich|chefin|chef|inhaber*|cto|ceo|gründer*|team|kolleg*|leitung|personalleit*",
    "@dia": "lunes|martes|miércoles|jueves|viernes|sábado|mañana|hoy|próxima_semana|semana_que_viene|esta_semana|tarde",
    "@puesto": "puesto|posición|vacante|plaza|cargo|rol|oferta|trabajo|proceso|prácticas",
    "@jefe": "director*|cto|ceo|fundador*|jefe|jefa|responsable|gerente|equipo|socio|socia|dueño|dueña|encargad*|coordinador*",
    "@jour": "lundi|mardi|mercredi|jeudi|vendredi|samedi|demain|aujourd'hui|semaine_prochaine|cette_semaine|matin|après-midi",
    "@poste": "poste|offre|mission|stage|alternance|emploi|cdi|cdd|fonction",
    "@chef": "directeur|directrice|cto|ceo|fondateur|fondatrice|responsable|gérant|gérante|équipe|associé|associée|manager|chef|cheffe|patron|patronne|jury",
    "@din": "सोमवार|मंगलवार|बुधवार|गुरुवार|शुक्रवार|शनिवार|कल|आज|परसों|सुबह|दोपहर|शाम",
    "@kal": "somvar|somwar|mangalvar|mangalwar|budhvar|budhwar|guruvar|guruwar|shukravar|shukrawar|shaniwar|kal|aaj|parso|monday|tuesday|wednesday|thursday|friday|subah|dopahar|dopeher|shaam",
    "@nahin": "nahi|nahin|nahee|nhi",
}
"""Macro -> alternatives."""
