"""How people ask to meet or talk, without saying "interview": all languages.

MEET counts for INTERVIEW; WHEN (a day, a time, a choice of them) strengthens what is proposed.
Like all signs they count in full only where something says that it is about work.
"""

# ruff: noqa: E501  # a phrase stands on one line

ENGLISH_MEETING = {
    "MEET": """
5 love|like|keen|glad|excited|delighted|want|eager|hoping|hope ~3 meet|meeting ~1 you ~8
4 would|we'd|i'd|we|i ~2 love|like|want|hope|wish ~2 to ~3 meet|talk|speak|chat|hear|learn|introduce|connect|discuss|get_to_know|sit_down|catch_up ~2 you|with|to|about|more|your
5 can|could|would|are|do|will|can't ~1 you ~3 do|make|manage|come|join|free|around|about|available|visit|stop_by|drop_by|swing_by|in_town|have_time|be_there ~4 @day|#|#pm|#am
4 would|does|will|how_about|what_about|maybe|say|shall_we_say|is|or|might ~4 @day|#pm|#am|# ~6 work|suit|suits|works|ok|okay|alright|convenient|good_for_you|be_possible|be_best|fine|for_you|instead
5 next|following|final|last|second|first|only ~1 step|steps|stage|round|part|thing ~4 @talk|meet|visit|speak|interviewing
4 one ~2 last|final|more|further ~1 @talk|step|round
4 grab|pick|choose|select|book|find|reserve|schedule|take|claim ~3 slot|time|times|appointment|window|spot ~8
3 suits|works|convenient|best|good|easiest ~1 for ~1 you
4 come|pop|drop|stop|swing|call|head|invite*|welcome|visit ~3 by|in|over|round|into|to|along|down|our|for ~3 @place|chat|talk|coffee|tour|trial|look_around|see_us|meet
4 like|love|want|need|ask|invite|inviting ~1 you ~1 to? ~1 come|visit|join|meet|speak|talk|spend|pop|drop|attend ~6
4 give ~1 you ~3 ring|call|buzz|bell|phone_call
5 call|ring|phone ~1 you ~6 @day|discuss|talk|about|for|at
4 when ~2 can|could|would|might|are|is|will|do ~3 talk|speak|chat|meet|call|free|available|good|suit|convenient|reach_you|around
4 what|which|any|some|couple|few ~2 time|times|day|days|slot|slots|date|dates ~4 work|works|suit|suits|best|prefer|preferred|convenient|good|you|able|call|meet|chat|talk|free
4 trial_shift|trial_day|work_trial|taster_day|shadow_day|shadowing_day|site_visit|office_visit|working_session|pairing_session|pair_programming|pairing|live_coding|whiteboard_session|meet_and_greet|informal_chat|panel_interview|discovery_day|selection_day|getting_to_know|get_to_know_you|intro_session
5 panel|head|director|founder|cto|ceo|manager|lead|owner|boss|team|partners|colleague* ~5 would|wants|want|is|are|'d|has|have ~2 like|love|keen|eager|to|asked|asking|looking ~3 meet|speak|talk|interview|chat|spend ~3 you
5 panel|head|director|founder|manager|owner|boss|team|committee ~3 would|wants|want ~2 like|love|to ~2 see ~1 you ~1 on|at|again|in|for|@day
5 speak|speaking|talk|talking|meet|meeting|chat|chatting|sit_down|sitting_down|catch_up|connect|introduce|interviewing|conversation|call|time|interview|spend*|session|intro ~5 with|by|to ~4 @people
4 put|hold|held|added|blocked|pencilled|penciled|booked|scheduled|sent|set|down ~5 calendar|diary|invite|calendar_invite
4 push|move|shift|reschedule|postpone|rearrange|bring_forward|change|delay|cancel|swap ~3 our|your|the|tomorrow's|today's ~3 @talk|appointment|visit
4 spend ~3 # ~1 minutes|mins|minute
4 # ~1 minutes|mins|min|minute ~2 chat|call|talk|conversation|video|phone|session|intro|with
4 zoom|teams|meet|video|phone|dial-in|webex|skype ~1 link|call|chat|meeting|details|session|invite|conversation
4 ask|asking ~1 for ~3 @day|reception|desk|door|arrive|when_you
4 interviews ~4 held|taking_place|take_place|on|run|conducted
4 confirm|let_us_know|let_me_know|tell_us|tell_me|say|reply|respond ~5 attend|attendance|suits|works|make_it|can_come|can_make|times|slot|prefer|preference|ok_for_you|coming|best_time|join_us
3 talk|chat|speak|meet|meeting|call|conversation ~4 @day|#pm|#am
4 about|discuss|regarding|talk_about|talk_through|walk_through|hear_about|hear_more|hearing_about|learn_more|go_through|tell_us|tell_me ~3 your ~2 application|cv|resume|experience|background|work|career|portfolio|profile|skills
3 looking_forward|look_forward ~2 to ~2 meeting|speaking|talking|chatting|seeing|our|hearing|welcoming ~2
4 got|have ~2 # ~1 minutes|mins|min ~3 @day|this|for|to
4 invited|invite|inviting ~6 next_round|next_stage|second_stage|final_stage|next_step|day|meet*|visit|tour|lunch|selection
4 bring ~3 your ~3 licence|license|passport|id|certificates|portfolio|laptop|documents|questions ~4
3 hop_on|jump_on|get_on ~2 call|phone|zoom
4 see ~1 you ~3 @day|on|at ~4
3 who ~1 you ~2 meeting|meet|speaking|be_meeting
4 pleased|happy|good_news|great_news ~4 moving|move|progress*|take|taking|put*|invite|bring|pass* ~2 you ~2 through|forward|along|ahead|on|to
4 moving|putting|bringing ~1 you ~1 along|through|forward|ahead
4 you'll|you_will|you_would|you'd ~2 be? ~1 spend*|show*|present*|teach|meet*|speak*|talk*|pair*|shadow* ~4
3 nothing_to_prepare|no_need_to_prepare|no_preparation|come_as_you_are|dress_code|bring_questions
4 discuss|discussing|chat|talk|conversation ~3 about|the|this|regarding ~2 @role
4 your ~3 appointment|meeting|session|call|conversation ~3 with ~3 @people
4 availability|availabilities|calendly|your_diary|your_schedule|your_calendar
4 interested ~2 finding|learning|hearing|knowing ~2 more|about|from ~3
4 can|could|would|do|will|might ~1 you ~2 have|spare|find ~3 half_an_hour|an_hour|time|minutes|mins|moment|minute|availability|#
4 i'll|i_will|we'll|we_will|going_to ~2 ring|call|phone|dial ~1 you ~5 number|@day|on|at
4 second|third|final|last|another|follow-up|further|longer|proper|first ~1 @talk|round
4 before ~1 we ~1 meet|speak|talk|chat
3 entrance|parking|front_desk|visitor_badge|which_floor|ring_the_bell|doorbell|buzzer|directions|how_to_find_us|how_to_get_here ~3
4 you'll_be_with_us|you_will_be_with_us|show_you_around|show_you_round|tour_of|quick_tour|short_tour|office_tour
4 fix|make|arrange|agree|set|schedule|organise|organize ~2 an? ~1 appointment|date|meeting|time_to
4 bring ~1 you ~1 back|in|over ~6
4 keen|curious|eager|happy|glad|love|like ~2 to ~2 hear|learn|know|find_out|explore ~5 you|your|more
4 would|could|can|does ~3 suit|work_for|be_convenient ~2 you ~3
4 free|available|around ~3 @day|#|next|this|later|for_a ~4
5 introduce|introducing|connect|connecting ~2 you ~2 to|with ~4 @people
4 join|joining ~2 us|me|them ~5 call|zoom|meet|teams|link|for_a|lunch|office|video
4 any|some ~1 time|availability|chance|slot ~4 @day|call|chat|talk|meet|speak|instead
4 walk ~1 us|me ~1 through ~6
4 get ~3 calendar|diary|on_the_phone|on_a_call
4 what ~2 your ~1 week|availability|schedule|diary|calendar ~3
4 double-booked|conflict|running_late|something_came_up|clash|unwell|off_sick|out_sick ~14 instead|move|another|reschedule|later|shift|new_time|different|@day
4 fancy|up_for|game_for|time_for|happy_to_have|keen_on ~2 @talk
5 discussion|meeting|round|interaction|call|chat|conversation|session|visit|talk ~3 planned|scheduled|fixed|confirmed|arranged|booked|lined_up|set_for|finalised|finalized ~4
5 f2f|face-to-face|face_to_face|in-person|in_person ~2 discussion|round|meeting|interview|visit|conversation
4 carry|bring ~6 resume|cv|id|portfolio|certificates
4 @day|#pm|#am ~2 it_is|works|suits|is_fine|is_perfect|sounds_good|confirmed
4 send|sent|sending|accept ~3 invite|calendar_invite|invitation|dial-in ~3
4 culture|coffee|intro|tech|technical|leadership|values|team|founder|hiring|portfolio ~1 chat|call|fit|talk|screen|session|review
4 @day ~6 option|possible|alternative|instead|good_for
3 ill|sick|unwell|flu ~12 @day|instead|another|move
4 i'm|i_am|we're|we_are ~1 around|free|available|flexible ~4
4 steal|borrow|grab|take|have ~2 # ~1 minutes|mins ~3 of|tomorrow|your|today
4 would ~1 you ~1 like ~2 to ~3 come|visit|meet|see|join|drop|pop
4 are|is ~2 mornings|afternoons|evenings|lunchtimes ~3 good|ok|okay|fine|possible|best
4 you'll|you_will ~2 have ~3 # ~2 with
4 you'll_have|you_will_have ~4 hour|minutes|session|lunch|chat ~3 with
4 move ~1 you ~2 to ~3 interview|next|onsite|round|call
4 windows|slots|times|options|dates ~4 minutes|over|next|this|that_work|suit|next_week
3 we_all|whole_team|everyone|the_others ~3 eat|lunch|coffee|meet ~3
3 look_forward|looking_forward ~3 @day
4 come ~2 to ~3 gate|door|entrance|reception|desk|address|floor
4 in_front_of_me|on_my_desk|came_across_my_desk ~3
""",
    "WHEN": """
1.5 @day
1.5 #pm|#am
1.5 # am|pm|minutes|mins|o'clock|min
1 link|slot|slots|times|diary|calendar
1 half_an_hour|an_hour
""",
    "PAST": """
3 following|after|since|thank|thanks|enjoyed|from ~5 meeting|speaking|talking|chatting|visiting|coming|conversation|conversations|call|chat|visit ~2 you|us|with|in|by|last|our|the|on|yesterday
""",
}

GERMAN_MEETING = {
    "MEET": """
5 würden|würde|möchten|möchte|wollen|wollten|freuen|gerne|gern ~5 sie|dich|ihnen|dir|euch ~6 treffen|kennenlernen|kennenzulernen|anrufen|anzurufen|sprechen|einladen|einzuladen|unterhalten|austauschen|begrüßen|sehen|persönlich
4 gerne|gern|mal|kurz ~3 sprechen|telefonieren|anrufen|austauschen|unterhalten|kennenlernen|plaudern|quatschen
5 können|könnten|könntest|kannst|hätten|hättest|hast|haben|würden|wollen|magst|mögen ~1 sie|du ~10 kommen|vorbeikommen|zeit|vorbeischauen|einrichten|treffen|telefonieren|sprechen|reinkommen|vorstellen
5 kommen|komm|schauen|schau ~2 sie|du|doch|gern|gerne|einfach ~8 vorbei|zu_uns|rein|büro|betrieb
5 passt|passen|ginge|geht|ging|wäre|würde ~2 es|dir|ihnen|das|bei_ihnen|bei_dir|für_sie|für_dich ~6 @tag|uhr|termin|um
4 wann|welcher|welchen|welche ~3 passt|passen|können|kannst|zeit|haben|hätten|wäre|tag|termin|uhrzeit|sie|du ~5
5 nächster|nächsten|letzter|erster|zweiter ~1 schritt ~5 *gespräch|telefonat|treffen|call|termin|kennenlernen|austausch
5 schnuppertag|schnuppern|hospitation|hospitieren|probetag|probearbeiten|probearbeit|probeschicht|kennenlerntag|kennenlerntermin|bewerbertag|auswahltag|probeunterricht
5 videogespräch|videotermin|videoanruf|telefontermin|erstgespräch|kennenlerncall|teams-termin|videokonferenz|gesprächstermin|telefongespräch ~6
5 @absender ~5 möchte|möchten|würde|würden|will|wollen|freut|freuen ~5 sie|dich|ihnen|dir ~5 kennenlernen|treffen|sprechen|persönlich|sehen|austauschen
4 gespräch|treffen|telefonat|call|austausch|termin|kaffee|runde ~3 mit ~3 @absender
4 such|suchen|wähle|wählen|buche|buchen|nimm|sag|nennen|nenne|schlagen|schlag ~5 termin|termine|zeit|zeiten|uhrzeit|slot|zeitfenster|aus
4 termin ~4 aus|aussuchen|wählen|vorschlagen|bestätigen|eingetragen|gebucht|vereinbart|reserviert|notiert
4 rufe|rufen|melde|meldet|klingel* ~4 an|dich|sie|ihnen ~5 @tag|uhr|an|telefonisch
4 zeit ~3 für ~4 gespräch|telefonat|call|treffen|kaffee|austausch|kennenlernen
4 melden_sie_sich|melde_dich|klingeln ~3 empfang|pforte|eingang|rezeption
4 bringen|bring ~5 personalausweis|zeugnisse|mappe|portfolio|führerschein|arbeitsproben|unterlagen ~3
4 lernen|lernst ~3 team|kennen|uns ~3 kennen|team
4 freuen ~3 darauf|auf ~5 kennenzulernen|gespräch|treffen|besuch|sehen|sie|dich
4 bitte ~3 bestätigen|bestätige|sagen|geben ~5 termin|teilnahme|bescheid|kommen
4 verschieben|verlegen|verschoben|vorverlegen ~5 termin|gespräch|treffen|telefonat|@tag
4 termin|gespräch|treffen|telefonat ~5 verschieben|verlegen|verschoben|vorverlegen
4 minuten ~3 zeit|sprechen|gespräch|telefon*|austausch|video*
4 zum_gespräch|zum_kennenlernen|zum_kaffee|auf_einen_kaffee
4 mehr ~4 über ~2 dich|sie|ihren|deinen|ihre|deine ~4
5 lass|lassen|lasst|wollen ~1 uns|sie|wir ~6 telefonieren|sprechen|treffen|austauschen|reden|quatschen|kennenlernen|kennen
4 hätte|hätten|habe|haben ~3 luft|zeit|kapazität|noch_frei|termine_frei ~3
4 rufen|ruf ~2 sie|mich|uns|doch|bitte|kurz ~4 an|zurück
4 stellen|stellst ~1 sie|du ~3 sich|dich ~5 vor
4 vorstellen|vorstellst ~6 uhr|@tag|uns|persönlich
4 zwei|drei|paar|einige|mögliche ~4 termine|terminvorschläge|zeiten ~3
4 bei_uns|zu_uns ~4 büro|haus|sehen|besuchen|kommen|begrüßen|vorstellen
4 parkplätze|anfahrt|eingang|pforte|klingel ~3
5 alle|team|kolleg* ~3 kennenlernst|kennenlernen
4 zweites|nächstes|weiteres|erstes|persönliches ~2 *gespräch|treffen|telefonat|kennenlernen
4 hast|haben|hätten|hättest ~6 minuten|moment|halbe_stunde|stündchen|viertelstunde ~4
4 für ~1 einen|ein ~2 call|telefonat|gespräch|austausch|kaffee
5 termin ~5 vorstellen|vorstellung|vorstellungstermin|kennenlernen
4 recht|möglich|genehm ~3
4 dürfte|darf|kann|könnte ~1 ich ~4 anrufen|sprechen
5 kommen|komm|schauen ~2 sie|du ~8 kaffee|probearbeiten|vorbei|gespräch|besuch
4 triffst|treffen_sie|treffen_wir|lernst ~5 kennen|uhr|team|rezeption|empfang|@tag
4 einzufinden|erscheinen|vorzustellen|einfinden ~3
4 klappt|passt ~2 mit|am ~2 @tag
5 bitten ~3 sich|dich ~10 einzufinden|vorzustellen|zu_melden|zu_erscheinen
4 dein|ihr ~1 kennenlernen|kennenlerntermin|besuch|schnuppertag ~3 mit|bei|am
4 los_geht's|beginn_ist|treffpunkt|wir_treffen_uns|empfang|rezeption ~4
4 komm|kommt|kommen ~6 vorbei|rein|rum|zu_uns|vorstellen
4 rufen|ruf|melden|melde ~4 uns|mich|sich|dich ~8 an|telefonisch|termin
4 schau|schauen ~3 alles|betrieb|laden|büro|werkstatt ~2 an
4 teilnehmer|gesprächspartner*|ansprechpartner* ~4
4 per|via|über ~1 teams|zoom|video|skype|google_meet|telefon
""",
    "WHEN": """
1.5 @tag
1.5 uhr|vormittags|nachmittags
1 link|zeitfenster|slot
""",
    "PAST": """
3 nach|danke|dank|bedanken ~6 zeit|besuch|kennenlernen|treffen|telefonat|austausch
""",
}

SPANISH_MEETING = {
    "MEET": """
5 nos|me ~1 gustaría|encantaría|gustaria|interesa|apetece ~4 conocerte|conocerle|conocerla|hablar|charlar|verte|verle|llamarte|llamarle|reunirnos|que_vinieras|que_viniera|quedar|tener
5 queremos|quiero|quisiera|quisiéramos|querría|desea|quiere ~3 conocerte|conocerle|conocerla|hablar|charlar|verte|verle|llamarte|reunirse|reunirme|reunirnos
5 puedes|podrías|puede|podría|podéis|te_viene|le_viene|te_va|le_va|te_vendría|le_vendría ~6 venir|pasar*|acercar*|bien|hueco|disponib*|un_rato|reunirte|hablar|charlar|@dia
5 qué|cuándo|cuál|cuando ~4 te|le|podemos|podríamos|puedes|puede|prefieres|prefiere|día|hora ~5 viene|va|hablar|hablamos|vendría|conviene|disponible|puedes|puede|libre|mejor|quedar
5 siguiente|próximo|último|primer|próxima|siguiente ~1 paso|fase|etapa|ronda ~5 charla|llamada|entrevista|reunión|videollamada|conversación|conocer*|visita|hablar|café
5 charla|llamada|reunión|café|conversación|videollamada|encuentro|hablar|charlar|hablarás|hablarías ~3 con ~3 @jefe
5 @jefe ~5 quiere|querría|quisiera|gustaría|encantaría|desea ~3 conocerte|conocerle|hablar|charlar|verte|verle|reunirse
5 llamaré|llamaremos|llamamos|llamarte|llamarle|llamo ~6 @dia|hablar|para|las
4 elige|elegir|escoge|reserva|reservar|selecciona|seleccionar|escoger ~4 hueco|hora|horario|cita|día|franja|fecha
4 pásate|pásese|ven|venga|vente|acércate|acérquese|pregunta|pregunte ~4 por|a|oficina*|tienda|mí|recepción|estudio|conocer*
4 jornada_de_prueba|día_de_prueba|turno_de_prueba|prueba_de_trabajo|visita_a_la_oficina
4 mover|cambiar|aplazar|pasar|adelantar|posponer|retrasar ~4 charla|llamada|reunión|cita|entrevista|conversación
4 conocer|conozcas ~3 equipo|al_equipo|oficina
4 saber_más|contarnos|cuéntanos|cuéntame ~4 ti|usted|experiencia|trayectoria|perfil
4 minutos ~4 hablar|charla*|llamada|contigo|usted|videollamada|teléfono
4 confirma|confirme|confírmanos|dinos|díganos|dime|indícanos|avísanos|indique|díganme ~5 asist*|hora|viene|puedes|puede|disponib*|prefieres|hueco|día|bien
4 te|le ~1 esperamos|espero ~4
4 quedamos|quedar|vernos|nos_vemos ~4 @dia|las|oficina
3 por_teléfono|por_zoom|por_meet|por_teams|videollamada
4 sobre|hablar ~3 tu|su|la ~1 experiencia|trayectoria|candidatura|perfil|vacante
4 tienes|tendrías|tiene|tendría ~3 tiempo|hueco|disponib*|un_rato|minutos|libre|un_momento
4 tocaría|toca|hablarás|hablarías ~3 hablar|conocer|con
4 citamos|cita|citado|citada ~4 próximo|día|a_las|el
4 lo_hablamos|hablamos|comentamos ~4
4 preguntas ~3 teléfono|videollamada|llamada
4 llamemos|llamásemos|llamáramos|llame ~4
4 vente|ven|pásate|venga|acércate|pasa ~8 hablamos|hablar|taller|oficina|tienda|vemos|charlamos
4 hablamos|hablar|comentar ~2 del|de ~3 trabajo|puesto|vacante|condiciones|proceso
4 confirmo|confirmamos ~3 entrevista|cita|reunión|llamada
4 conocerte|conocerle|conocerla ~3 mejor|persona|personalmente
""",
    "WHEN": """
1.5 @dia
1.5 a_las ~1
1.5 horas|h
1 enlace|agenda|hueco
""",
    "PAST": """
3 tras|después|gracias|agradec* ~6 charla|conversación|reunión|venir|visita|tiempo|llamada
""",
}

FRENCH_MEETING = {
    "MEET": """
5 aimerions|aimerais|souhaiterions|souhaiterais|souhaitons|souhaite|serions|serais|voudrions|voudrais|veut|voulons|ravi*|heureux|plaisir|envie ~5 rencontrer|échanger|discuter|appeler|voir|parler|connaître|connaissance|recevoir|accueillir
5 pouvez|pourriez|peux|pourrais|pouvons|auriez|avez|aurais|seriez|serais|es|êtes ~1 vous|tu|on|nous ~8 passer|venir|disponible|disponibilité*|libre|rencontrer|échanger|vous_rendre|libérer|moment|appeler|parler
5 quand|quel|quelle|quels ~3 êtes|es|pourriez|pouvez|seriez|serait|jour|moment|heure|date|créneau|peux|peut ~6 disponible*|convient|conviendrait|venir|arrange*|parler|échanger|appeler|libre|mieux
4 ça_vous|ça_te|cela_vous|cela_te|qui_vous|qui_t|vous_convient|te_convient|vous_conviendrait|vous_irait|t_irait|t_arrange|vous_arrange|est-ce_que ~3 convient|conviendrait|va|irait|dit|arrange*|mieux|il|@jour|tente
5 prochaine|dernière|première|seconde|deuxième ~1 étape ~5 appel|échange|rencontre|entretien|visio|discussion|café|visite|rendez-vous|conversation
5 appel|échange|rencontre|discussion|café|rendez-vous|visio|entretien|conversation|point ~4 avec|par ~3 @chef
5 @chef ~5 aimerait|souhaite|souhaiterait|voudrait|veut ~4 rencontrer|échanger|parler|voir|connaître|recevoir
4 choisir|choisissez|choisis|réserver|réservez|réserve|prendre|prenez ~4 créneau|horaire|rendez-vous|date|moment
4 passez|passe|venez|viens|rendez-vous ~4 nous_voir|bureau*|agence|boutique|locaux|atelier|magasin|dans_nos|à_nos|café
4 attendu|attendue|attendons ~8
4 journée_d'essai|journée_d'immersion|période_d'immersion|journée_découverte|essai_en_cuisine|mise_en_situation_sur_place|visite_de_nos_locaux
4 décaler|reporter|déplacer|avancer|repousser ~4 échange|appel|rendez-vous|rencontre|entretien|visio|discussion
4 rencontrer|rencontres|rencontre|rencontreras|rencontrerez ~3 équipe|futurs_collègues|collègues
4 appelle|appellerai|appellerons|appelons|rappelle|téléphoner*|joindre ~6 @jour|pour|parler|h|vers
4 en_savoir|en_apprendre ~2 plus ~3 sur ~2 vous|toi|votre|ton
4 minutes ~4 visio|téléphone|échanger|échange|appel|discuter|parler|vous|toi
4 confirmer|confirmez|confirme|indiquer|indiquez|dites|dis ~5 présence|venue|rendez-vous|disponibilité*|créneau*|préfér*|convient
3 par_téléphone|en_visio|au_téléphone|visioconférence
4 hâte|impatients|réjouissons ~5 rencontrer|échanger|voir|accueillir
4 parler|discuter|échanger|reparler ~4 de ~2 votre|ton|poste|parcours|expérience|candidature
5 proposons|propose|proposerais|proposerions ~5 rencontrer|échanger|venir|rendez-vous|entretien|appel|passer
4 qu'on_se_parle|on_se_parle|se_parler|s'appeler|on_s'appelle|on_se_voit|se_voir ~4
4 pourrait-on|peut-on|pouvons-nous|pourrions-nous ~6 parler|voir|déplacer|décaler|échanger|rencontrer|appeler|@jour
4 contretemps|empêchement ~14 déplacer|décaler|reporter|autre|@jour
5 pouvez|pourriez|peux|pourrais ~2 m'appeler|m'appelez|nous_appeler|me_rappeler|me_joindre
5 rendez-vous ~10 avec ~6 directrice|directeur|responsable|drh|rh|manager|recruteu*
4 confirme|confirmons ~3 rendez-vous|entretien|échange|rencontre
4 passez|venez|passe|viens ~3 voir ~4
5 discute|discuter|discutions|parle|parler|parlions ~2 du|de ~2 poste|travail|emploi|candidature
4 convenir|fixer|caler|programmer ~4 entretien|rendez-vous|échange|appel|moment
4 êtes-vous|es-tu|seriez-vous|serais-tu ~2 disponible|libre|dispo
""",
    "WHEN": """
1.5 @jour
1.5 #h
1.5 # h|heures
1 lien|créneau|agenda
""",
    "PAST": """
3 suite_à|après|merci|remerci* ~6 échange|échanges|rencontre|venu|venue|passé|passée|temps|visite|discussion
""",
}

HINDI_MEETING = {
    "MEET": """
5 मिल|मिलना|मिलने|बात|बातचीत|चर्चा|कॉल ~4 सकते|सकती|चाहते|चाहेंगे|चाहती|चाहता|करना|करेंगे|चाहेंगी|पसंद
5 अगला|अगले|अंतिम|पहला|दूसरा ~2 कदम|चरण|दौर|राउंड ~8 बातचीत|बात|मुलाकात|कॉल|साक्षात्कार|इंटरव्यू|मीटिंग|भेंट
5 मुलाकात|बातचीत|मीटिंग|भेंट|चर्चा ~6 तय|निर्धारित|रखी|होगी|के_लिए|करना|है ~3
5 कार्यालय|दफ्तर|ऑफिस ~5 आ|आएं|आइए|आकर|आना|पधार*|पहुंच* ~3
4 आपको ~4 फोन|कॉल|बुला* ~5
4 किस|कौन|कब|कौनसा|किस_समय ~5 समय|दिन|ठीक|सुविधा*|उपलब्ध|बात|मिल*|खाली
4 समय|स्लॉट|दिन ~3 चुन*|बता*|ठीक|सुविधाजनक
4 जूम|गूगल_मीट|टीम्स|वीडियो ~2 लिंक|कॉल|मीटिंग|साक्षात्कार
5 mil|milna|milne|baat|baatcheet|call|meeting|discussion ~4 sakte|sakti|chahte|chahenge|chahti|karna|karni|karenge|kar_sakte|chahta|rakh*
5 agla|agle|final|pehla|dusra ~2 step|kadam|round|charan ~8 baat|baatcheet|call|meeting|interview|mulakat|milna
5 office|daftar ~5 aa|aaiye|aayein|aana|visit|pahunch* ~3
4 aapko ~4 call|phone|bula* ~4
4 kab|kaunsa|kis|kitne_baje|kis_time ~4 time|samay|din|theek|free|available|baat|mil|sahi
4 aapki|apni ~1 availability|uplabdhta
4 time|slot|samay ~3 bata*|chun*|theek|confirm
4 zoom|teams|google_meet|video ~1 link|call|meeting
5 agla|agle|final|next|dusra|doosra ~1 round|step|charan ~4 ke_saath|se|hai|hoga
4 judiye|judein|jud_jaiye|join_karein|join_kijiye ~2
4 जुड़*|जुड़ें|जुड़िए ~2
5 फोन|कॉल|वीडियो ~2 पर ~2 बात|चर्चा|मिल*
4 पसंद ~2 आई|आया|आए
5 दफ्तर|कार्यालय|ऑफिस ~3 आइए|आएं|आ_जाइए|आना
5 प्रातः|सुबह|दोपहर|शाम ~4 बजे ~8 साक्षात्कार|इंटरव्यू|कार्यालय|मुख्यालय|मिल*
5 उपस्थित ~3 अनुरोध|हों|होना|रहें
4 round ~5 schedule|fix|set ~3 kar|kiya|hai
""",
    "WHEN": """
1.5 @din|@kal
1.5 बजे|baje
""",
    "PAST": """
3 मिलने|मुलाकात|बातचीत|समय ~4 धन्यवाद|आभार|शुक्रिया
3 milne|mulakat|baatcheet|time ~4 dhanyavaad|dhanyavad|shukriya|thanks
""",
}
