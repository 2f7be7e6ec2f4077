"""Plain ways to confirm, to test and to offer, beyond the set phrases: all languages."""

# ruff: noqa: E501  # a phrase stands on one line

ENGLISH_ANSWERS = {
    "OFFER": """
5 job|role|position|place|spot ~2 yours
4 want|need|have|see|like|love|welcome|welcoming ~2 you ~3 on|in|to_join|join|be|as|aboard|part ~3 team|us|our|board|crew|family
5 appoint|appointing|hire|hiring|employ|employing ~1 you
5 appointment|appointed|hired ~4 post|position|role|you|as
4 contract|agreement|papers|paperwork|offer|letter ~6 sign|signed|signing|return|enclosed|attached|scan|countersign|follow|follows|docusign
4 sign|signed|countersign|return ~5 contract|agreement|both_copies|both_pages|copy|offer|letter
4 thrilled|delighted|happy|pleased|excited|love|glad|proud ~4 have ~1 you ~4 join|aboard|onboard|with_us|on_the_team|as|on_board|start|come
3 start|starting|begin|first_day|join ~3 on|date|whenever|in|for|as ~4
3 signing_bonus|sign-on|bonus|hourly_rate|an_hour|per_hour|per_annum|a_year|pay_rate|days_off|vacation|annual_leave|holiday_allowance|paid_leave|pension|hybrid|stock_options|terms|relocation
5 updated|revised|improved|better|counter|increase|increased|raise|raised|match|go_up|come_up ~4 offer|package|salary|base
3 everyone_said_yes|unanimous|made_our_decision|chosen_you|picked_you|our_first_choice|top_choice|you're_our|it's_a_yes|yes_from_us|said_yes|you're_in|you_made_it|you're_hired
4 background|reference|references|pre-employment|right_to_work|employment|criminal_record ~1 check|checks|screening|verification ~8 offer|start|joining|employment|hire
4 offer ~4 conditional|subject|contingent ~4
4 happy|pleased|delighted|glad ~3 confirm|tell|say|share|let_you_know|inform|announce ~12 job|successful|chosen|selected|offer|appointed|appoint|yes|team|join
5 you ~3 the ~1 successful ~1 candidate|applicant
5 your ~2 application|interview ~2 successful|was_successful
5 verbal|official|formally|written|firm ~2 offer|offering ~4
4 we|i ~3 offer ~1 you ~6 @role|team|place|contract|salary|k|us
4 terms|conditions ~3 employment|offer|attached|contract
4 accept|acceptance ~4 offer|position|role|job|place
4 before ~2 you ~2 decide|accept
5 contract ~2 of ~1 employment
5 new|your ~1 starter|joiner ~3 form|pack|forms|checklist|paperwork
4 payroll|bank_details|emergency_contact|p45|ni_number|tax_form|w-4|i-9 ~8 start|first_day|contract|joining|new
5 like|love|want ~1 you ~1 to ~1 take|accept|have|fill ~3 @role|it
4 you ~1 can|could|may ~1 start ~3 @day|on|in|next|whenever|as_soon|from|work
4 say_yes|saying_yes|you'll_say_yes|hope_you_accept|hope_you'll_accept|hope_you_will_accept|hope_you_decide|hope_you'll_join|hope_to_have_you
5 recommend* ~2 your ~1 appointment
5 put|ranked|placed|chose|choose|chosen|picked ~1 you ~2 first|top|out_of|over|for_the ~3
5 pleased|happy|delighted|glad|thrilled ~3 select|appoint|hire|employ|engage|choose|recruit|bring ~1 you
5 conditional|provisional|unconditional|preliminary|final|improved ~1 offer ~6
5 your ~1 new ~1 position|role|job ~3 as|at|with|here
4 if|once|when|should ~1 you ~1 accept ~6
3 paperwork|figures|numbers|doj|date_of_joining|notice|ctc|breakup|package|compensation
4 contract|agreement ~4 issue|issued|drawn_up|prepare|prepared|ready|draft
5 employment ~1 agreement|contract|offer ~8
4 as_promised|as_discussed|as_agreed ~8 salary|bonus|package|offer|contract|terms|k|days
4 think_it_over|take_your_time|take_the_weekend|sleep_on_it|consider_our_offer
4 plus ~3 bonus|equity|commission|benefits
5 congratulations|congrats ~6 new ~1 role|position|job
5 like|love|want ~1 you ~1 to ~1 join ~2 us|as|the_team|our_team
4 congratulate ~3 you|yourself ~2
3 good_news|great_news|wonderful_news|fantastic_news
3 eur_a_year|gbp|usd|a_year|options|notice_period|days_of_leave
4 happy|pleased|delighted|liked|impressed ~2 with|by ~3 what|your ~2 i|we|saw ~6 start
4 do|sort|start|prepare|send ~3 paperwork|contract
4 improve|increase|raise|adjust|sweeten ~2 the|our ~1 offer|package|salary
5 all|everyone|everybody|team|we ~3 want ~1 you
3 answer|decision|reply|word ~2 by ~2 @day
4 attached|attach|enclosed ~2 the|your|our|an ~1 offer
4 happy|glad|delighted|love|like ~2 if ~1 you ~4 took|take|joined|join|worked|work|started|start|came|come
4 let's_say|we_can_pay|i_can_pay|we_pay|i_pay|pays|paying ~6 hour|month|week|year|day|k
5 yes_from|it's_a_yes|a_big_yes|a_yes_from ~4
5 chosen|picked|selected|want|choose ~1 you ~2 for|as|to ~3 @role|role|job|position|team|join
4 can|could ~1 you ~2 start|begin|join ~3 on|in|next|@day|from
""",
    "APPLIED": """
5 your ~4 application|cv|resume|submission|materials|documents|candidature|covering_letter|cover_letter ~6 reached|arrived|landed|safe|safely|logged|passed|forwarded|queue|registered|complete|come_through|now_with|through|system|with_our|received
4 your ~1 details|profile|form|information ~6 with|received|arrived|reached|passed ~3 hiring|team|recruit*|us|manager|employer
5 throwing_your_hat|putting_yourself_forward|put_yourself_forward|interest_in_working|interested_in_working|want_to_work|wanting_to_join|wanting_to_work|interested_in_joining|considering_us|considering_a_career|chosen_to_apply|choosing_to_apply|time_to_apply|decided_to_apply
4 got|have|received ~2 your ~2 cv|resume|application|message|documents|note|materials|papers
4 pass|passed|passing|forward|forwarded|share|shared|sent|send ~3 your|it ~2 cv|resume|application|details|on|to ~5 manager|team|employer|hiring|company|recruit*
4 going|go|working|reading|reviewing|look|looking|sifting|read|get ~2 through|over|at|back|every ~4 application*|cv*|messages|candidates|submissions|everyone*
4 closing_date|application_deadline|once_the_deadline|after_the_deadline|applications_close|vacancy_closes
4 still ~2 active|open|considered|live|reviewing|deciding|deliberating|interviewing|in_process|under
4 no ~2 decision|news|update ~3 yet|so_far
3 hang_tight|sit_tight|bear_with_us|patience|patient|longer_than|taking_longer|delay|delayed
4 @not ~2 forgotten ~3 you|your|application
5 confirm*|acknowledg* ~4 receipt|arrived|received|application
5 ^ application|candidate ~3 confirmation|acknowledgement|receipt
4 you ~2 applied
3 reference|ref|job_id|requisition|candidate ~1 number|id|ref
3 we_will|we'll|someone_will ~4 touch|contact|reach_out|get_back|respond|reply|write_to_you|let_you_know|come_back
4 track|check|view|follow|see ~3 status|progress ~4 application|portal|dashboard|account
4 withdraw*|withdrawal ~4 your ~2 application|candidacy
4 application ~3 withdrawn
5 you ~3 withdrawn|withdraw|withdrew ~3 application|candidacy
4 your ~2 message|email|application|note ~3 arrived|received|reached|read
4 always|everyone|everybody|each|all|either_way ~4 writes_back|reply|hear|answer|response|write_back
4 selection_committee|committee|panel ~3 will ~1 meet|review|assess|consider
4 you_will_hear|you'll_hear|hear_from_us ~3
5 we|we've|have ~2 sent|submitted|forwarded|delivered ~2 your ~1 resume|application|cv|profile
3 applied|application ~3 shared|sent|delivered|track
4 passed|forwarded|pass|sent|handed ~2 this|it|you|everything|your_mail ~1 on|along|over ~2 to
3 get_back_to_you|be_in_touch|looks_after ~4
4 going|go ~2 to? ~2 look|read|review ~3 all ~2 application*
4 thanks|thank_you ~3 your ~2 documents|cv|resume|papers|details|letter|application|materials ~4
4 procedure|process|selection|review ~4 take|takes|last ~3 weeks|days|time|while|to
4 refrain_from|do_not_call|please_don't_call|no_need_to_follow
4 your ~1 cv|resume|application ~3 on|with|in|to ~3 manager*|desk|table|inbox|hands|team|pile|queue
5 just|successfully|have|you ~1 applied ~1 for|to ~4
""",
    "ASSESSMENT": """
5 exercise|task|brief|case|spreadsheet|dataset|assignment|homework|questions|test|quiz|puzzle|problem ~14 return|send|submit|complete|upload|email|finish|hand_in ~10 by|before|until|deadline|within|hours|days|@day
4 send|return|submit|upload|hand_in|email ~4 back|it|solution|answers|work|file|repo|code|results|response*|design|draft ~5 by|before|until|within|no_later|@day
4 answer|complete|solve|work_through|fill_in|fill_out ~5 questions|problems|tasks|exercise|form|questionnaire|puzzle|case
5 candidates|applicants|everyone|you ~4 asked|ask|required|have|need|invited|must ~3 redesign|solve|build|implement|write|prepare|sketch|analyse|analyze|translate|take|complete|sit|record|pass|do ~4
3 redesign|solve|build|implement|refactor|translate|analyse|analyze|sketch|prototype ~6
4 writing|work|code|portfolio|design|lesson ~1 sample|samples|task|exercise|piece|plan
4 quiz|test|task|exercise|assessment|challenge|questionnaire|game ~8 link|invitation|expires|minutes|hours|deadline|personal_link|stops_working|attached|start|sent_you|access
5 take|sit|start|begin|invited|complete ~3 the|a|our|an|this|your ~3 test|quiz|assessment|exam|challenge|questionnaire|game
4 little|small|short|brief|quick ~1 homework|task|exercise|assignment|test|project|challenge|case|quiz
4 hours|minutes ~4 plenty|should_be_enough|is_enough|time_limit|maximum|no_more_than
4 no_more_than|at_most|about|around|roughly ~2 hours|minutes|# ~4 task|exercise|it|test|assignment
4 duration|time_limit|time_allowed ~3 # ~1 minutes|hours|mins
4 game-based|strengths|situational|values|cognitive|judgement|video ~1 assessment|test|questions|game|games
4 record ~4 video|answers|yourself|short
5 coding|aptitude|online|technical|written|practical|programming ~1 round|problem|problems|questions|mcqs|exam|case|part
4 mcq|mcqs|webcam|proctor*|test_window|test_link|test_invitation|login_credentials
5 prepare|present|create|put_together|draft|design|write ~6 slides|presentation|deck|pages|words|mock-up|mockup|memo|analysis|proposal ~8 send|mail|email|submit|by|before|until|bring|hand
4 let_us_have|let_me_have|mail|email|send|return|get ~2 it|them|your ~5 by|before|until|no_later|the_evening|back
5 assessment|assessments|challenge|test|tests|exercise|exercises ~6 close|closes|closing|expire*|open|outstanding|incomplete|pending|remaining|waiting|left|unfinished|overdue|still
4 fix|debug|refactor|implement|build|write ~8 readme|hours|repository|repo|tests|notes|what_you_did
4 don't_spend|do_not_spend|spend_no_more|shouldn't_take|should_take|will_take_you|takes_about|takes_around|set_aside ~6 hours|hour|minutes|day
3 continue_where|pick_up_where|resume_your
4 uses|using ~3 assess*|test*|screen* ~4
4 push|upload|submit|send|hand_in ~2 your|the ~1 solution|answer|answers|code|work|results|response ~5
5 next_step|next_stage|next_part ~3 exercise|test|task|assessment|take-home|assignment|challenge|homework
4 translate|write|edit|review|summarise|summarize ~3 enclosed|attached|following|sample|page|text ~6
3 sample|trial ~1 translation|text|article|page|edit
5 like|want|ask|need ~1 you ~1 to ~2 build|write|design|create|solve|analyse|analyze|draft|translate|code|implement|redesign|prototype|complete
4 spec|brief|instructions|details|dataset ~3 attached|below|pdf|link
5 in-tray|inbox|e-tray|numerical|verbal|logical|abstract|inductive|situational ~2 exercise|reasoning|test|tests|judgement
4 carry_out|undertake|do|sit|take|attempt ~4 exercise|test|task|tests|assessment|paper|exam
4 must|should|has_to|needs_to|to ~2 be ~1 finished|completed|submitted|done|returned|handed ~6
5 build|write|create|design|sketch|draw|draft|film|photograph|compose ~4 forecast|summary|variations|model|mock-up|mockup|prototype|essay|report|page|article|script|widget|app|function|query ~14
4 submit|return|send|deliver|email ~5 within ~2 hours|days|#
4 fill|complete|answer|return ~5 questionnaire|form ~8 by|before|return|deadline
4 by|before ~2 @day ~3 if_you_can|please|at_the_latest|latest
4 before_you_come|before_we_meet|before_the_interview ~4 sketch|prepare|build|write|read|complete|do
5 attached|enclosed|below|here ~4 case_study|task|exercise|assignment|brief|challenge|test|case ~8
5 case_study|exercise|assignment|task|challenge ~8 work_on|slides|solution|submit|email|send|complete|prepare
""",
}

GERMAN_ANSWERS = {
    "OFFER": """
5 für|auf ~1 sie|dich ~4 entschieden|gefallen
5 wollen|möchten|hätten|würden|freuen ~4 dich|sie|du|dir ~6 team|bord|dabei|einstellen|anstellen|verstärk*|bei_uns_anfangen|anfängst|mitarbeiter*
5 du_bist_dabei|du_bist_im_team|sie_haben_den_job|du_hast_den_job|job_gehört|stelle_gehört|die_stelle_ist_ihre|die_stelle_ist_deine|sie_haben_die_stelle|du_hast_die_stelle|wir_nehmen_dich|wir_nehmen_sie
5 *vertrag|vertragsunterlagen|anstellungsvertrag|arbeitsvertrag ~6 schicke|schicken|sende|senden|erhalten|unterschr*|post|anbei|zusenden|zurück|bekommst|bekommen|vorbereit*
4 freuen ~4 mitteilen|mitzuteilen|sagen ~8 entschieden|zusage|zusagen|einstellen|ausgewählt|stelle
4 zusage|einstellungszusage|ausbildungsvertrag|dienstvertrag|vertragsentwurf|personalbogen|personalfragebogen
3 start|beginn|starten|anfangen|los ~3 im|am|zum|ab|ist ~2 #|januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember
3 brutto|euro_im_jahr|stundenlohn|urlaubstage|probezeit|konditionen|monatlich
4 nehmen|nimmst ~4 angebot ~2 an
4 unser_angebot|ein_angebot ~4 machen|unterbreiten|für_sie|für_dich|schicken|zusammenarbeit
4 unterschrieben*|unterzeichnet* ~4 zurück|vertrag|exemplar
5 herzlich ~1 willkommen ~6 team|uns|bord
5 würden|möchten|wollen|werden ~8 einstellen|anstellen|engagieren|übernehmen
4 steuernummer|sozialversicherungsnummer|steuer-id|bankverbindung ~6 vertrag|start|gehalt|einstellung
4 unser|das ~1 angebot ~8 jahr|gehalt|urlaub|homeoffice|brutto|monat|euro
4 tage_urlaub|urlaubstage|homeoffice|dienstwagen|weihnachtsgeld|bonus
5 unser|das|folgendes ~1 angebot ~6 #|euro|brutto|gehalt
4 gib|geben ~2 uns|sie|mir ~5 bescheid
5 können|kannst|könnten|könntest|wann ~1 sie|du ~5 anfangen|starten|beginnen|loslegen
4 mache|machen|bereite ~4 vertrag ~2 fertig|vor
5 nehmen|nehme ~1 sie|dich ~2
4 euro ~2 die|pro|in_der ~1 stunde|monat
4 start|beginn ~2 nach_absprache|sofort|ab_sofort|flexibel
4 erster_arbeitstag|erste_arbeitstag|arbeitsbeginn|dienstantritt|einarbeitung
4 unterschriebenen|unterschriebene|unterzeichneten ~2 vertrag|arbeitsvertrag|ausfertigung
5 stelle|job|position|ausbildungsplatz ~3 gehört|bekommen|bekommst|haben|hast|sicher ~2
""",
    "APPLIED": """
5 unterlagen|bewerbung|lebenslauf|nachricht ~6 angekommen|eingegangen|erhalten|vorliegen|da|weitergeleitet|gelandet|bekommen
4 schön|freut|toll|super|klasse ~5 bei_uns|interesse|arbeiten|bewirbst|beworben|bewerben|melden
4 schauen|sehen|lesen|prüfen|sichten|gehen ~5 alles|bewerbung*|unterlagen|in_ruhe|sorgfältig|durch
3 melden|hören|rückmeldung|bescheid ~4 uns|nächste*|woche*|tagen|zeitnah|schnellstmöglich|sobald|geduld
4 noch ~3 keine ~2 entscheidung|rückmeldung
4 bewerbung ~5 läuft|aktiv|bearbeitung|noch_im|weiterhin|im_rennen
4 etwas|bisschen|noch ~2 geduld
3 referenznummer|bewerbernummer|kennziffer|bewerbungsnummer
4 dass ~1 du|sie ~4 zu_uns|bei_uns|interesse|beworben ~3
4 hörst|hören ~6 von ~1 uns|mir
4 liegen|liegt ~4 bei|vor|fachabteilung
5 zwischenbescheid|zwischennachricht|zwischenmitteilung
5 bewerbungen ~5 dauert|dauern|sichten|prüfen|gesichtet|bearbeiten
4 auswahl|prüfung|verfahren|entscheidung|sichtung ~4 dauert|zeit|anspruch|andauern
4 bitten ~3 um ~3 geduld
4 vorgangsnummer|aktenzeichen|bewerbungs-id|kandidatennummer
4 in_kürze|demnächst|baldmöglichst|zeitnah ~4 melden|bescheid|rückmeldung|informieren
""",
    "ASSESSMENT": """
5 aufgabe|test|fall|übung|verfahren|fragebogen|case|probe|auswahlverfahren ~12 schick*|send*|bis|einreichen|zurück|zugang|link|stunden|minuten|gültig|durchlaufen|frist|tage|tagen
4 lösung|ergebnis|ergebnisse|ausarbeitung|antworten ~6 bis|schick*|send*|zurück|einreichen|hochladen
4 schick*|send* ~6 lösung|ergebnis|ergebnisse|ausarbeitung|antworten|entwurf|code
5 kleine|kurze|praktische|schriftliche ~1 aufgabe|übung|fallstudie|challenge|hausaufgabe|case
5 online-auswahlverfahren|online-verfahren|auswahlverfahren|testverfahren|online-test|einstellungstest ~6 durchlaufen|teilnehmen|absolvieren|link|zugang|gültig|starten|bitten|einladen|minuten
4 arbeitsprobe|textprobe|probetext|schreibprobe|probeartikel|präsentation_vorbereiten
""",
}

SPANISH_ANSWERS = {
    "OFFER": """
5 @puesto ~2 es|tuyo|suyo|tuya ~1 tuyo|suyo|tuya|suya|tú
5 queremos|querríamos|quiero|nos_encantaría|nos_gustaría ~4 equipo|incorpor*|unas|una|trabajes|contratar*|contar_contigo|contar_con_usted|formes
5 te_queremos|te_contratamos|le_contratamos|bienvenid* ~4 equipo|bordo|empresa|casa|contigo|familia
4 superado|pasado ~3 proceso|selección|entrevistas|todas ~8 incorpor*|condiciones|oferta|contrato|enhorabuena|equipo
5 contrato|condiciones|oferta|propuesta ~5 mando|envío|enviamos|adjunt*|firma*|paso|pasaré|enviaremos|mandaré|firmar
4 adjunt*|mando|envío|enviamos|paso|firma* ~5 contrato|condiciones|oferta|propuesta
5 has_sido|ha_sido|fuiste|resultado|eres|es_usted ~2 elegid*|seleccionad*|escogid*|la_persona|la_candidata|el_candidato ~3
3 al_año|al_mes|brutos|euros_anuales|empiezas|empezar|empieza|vacaciones|jornada|condiciones
4 alegra|complace|encanta|gusto|placer|satisfacción ~5 comunicar*|informar*|confirmar*|decir*|anunciar* ~10 incorpor*|seleccionad*|elegid*|superado|puesto|equipo|oferta|contrat*
4 aceptar|aceptas|acepta ~4 oferta|propuesta|puesto
4 condiciones ~4 ofrecemos|ofrezco|serían|son
4 preparamos|preparo|preparar ~2 contrato
4 empiezas|empieza|empezarías|empezaría ~3 @dia|el|en|cuando
4 seguridad_social|número_de_cuenta ~6
5 nos_encantaría|nos_gustaría|queremos|deseamos ~3 unieras|unas|incorpores|incorporaras|formaras|formes ~4 equipo|empresa|parte
4 propuesta_económica|propuesta_salarial|carta_oferta
4 cuando_quieras|cuando_puedas|desde_el|a_partir_del ~3 empiezas|empezar|incorpor*|trabajar
3 limpios|netos|libres|jornada_completa|indefinido|periodo_de_prueba
5 eres|ha_sido|has_sido|resultaste ~3 elegid*|escogid*|seleccionad*|ganador* ~6
5 persona|candidat* ~1 elegid*|seleccionad*|escogid* ~4 puesto|vacante|plaza|cargo
4 carta ~3 condiciones|oferta|intención
""",
    "APPLIED": """
5 recibido|recibida|llegado|registrado|tenemos|ha_entrado|llegó ~5 cv|currículum|candidatura|solicitud|correo|datos|documentación|postulación
4 cv|currículum|candidatura|solicitud|postulación ~6 recibid*|llegado|tendremos_en_cuenta|tendrán_en_cuenta|revisar*|valorar*|equipo|en_marcha|activa|trámite
4 gracias|agradecemos ~6 escribirnos|escribir|interés|presentarte|presentar|confianza|enviarnos|inscribir*|apuntarte|querer_trabajar
4 nos ~2 pondremos ~3 contacto
4 aún|todavía ~4 no|decidido|valorando|revisando ~4 decisión|decidido|candidaturas|proceso
4 paciencia
3 número_de_referencia|referencia
4 personas|candidat*|perfiles ~3 preseleccionad*|seleccionad*
5 solicitud|candidatura|inscripción|postulación ~8 registrad*|recibid*|registro|grabad*|tramitad*
5 solicitud|candidatura|inscripción|postulación ~12 presentada|presentado|correctamente|éxito
5 formar_parte|trabajar_con_nosotros|unirte_a ~6 gracias|analizaremos|revisaremos
4 justificante|acuse_de_recibo|número_de_registro
4 analizaremos|estudiaremos|valoraremos|revisaremos ~4 perfil|candidatura|cv|datos
""",
    "ASSESSMENT": """
5 ejercicio|prueba|reto|caso|test|cuestionario|tarea ~12 devuélve*|entreg*|envía*|enviar*|mand*|antes|plazo|resuelt*|enlace|horas|minutos|complet*|caduca
4 devuélve*|entrega|envíanos|envíame|mándanos|mándame|remite ~6 resuelt*|solución|respuestas|resultado|antes|propuesta
5 pequeño|pequeña|breve|corto|corta ~1 ejercicio|prueba|reto|tarea|test|caso
4 escribe|prepara|redacta|diseña|resuelve|traduce|analiza ~8 antes|plazo|envía*|entreg*|hoja*|página*|minutos
5 prueba|ejercicio|test|caso ~5 casa|hacer|hacerla|resolver|resuelvas
4 hasta ~2 @dia|el_día|medianoche
5 prueba|test|examen|ejercicio ~2 excel|inglés|sql|java|python|redacción|programación|conocimientos|nivel
5 enviamos|envío|mando|paso|adjunto ~3 prueba|test|ejercicio|reto|examen|caso
""",
}

FRENCH_ANSWERS = {
    "OFFER": """
5 @poste ~2 est ~1 à_vous|à_toi|pour_vous|pour_toi|tien|vôtre
5 veut|voulons|veux|souhaitons|aimerions|adorerions ~3 vous|te|t ~4 équipe|recruter|embaucher|parmi|avec_nous|compter|rejoigniez|rejoignes
5 candidature ~4 été|est ~1 retenue|acceptée
5 prendrez|prendras|prise|prendre ~2 vos|tes|de|votre ~1 fonctions|fonction|poste
4 contrat ~5 envoie|envoyer|envoyons|joint|joint*|signer|signature|signé|demain|trouverez|ci-joint|prépar*|retour*
4 envoie|envoyons|joins|trouverez|adresse|signer ~5 contrat|promesse|proposition|conditions
5 plaisir|ravi*|heureux|heureuse|joie ~6 annoncer|informer|confirmer|compter|accueillir ~12 retenu*|recrut*|équipe|candidature|embauch*|poste|rejoin*
3 bienvenue|début|démarrage|démarrer|commencer|commencez ~3 en|le|au|dès|quand
3 brut_annuel|par_an|par_mois|rémunération|tickets_restaurant|rtt|congés|période_d'essai
4 accepter|acceptez|acceptes ~4 offre|proposition|poste
5 tout_le_monde ~4 d'accord|conquis|emballé
5 proposons|propose|offrons ~2 un|une|le ~1 cdi|cdd|poste|contrat|stage|alternance
5 c'est_oui|c'est_tout_bon|on_vous_attend|on_t'attend ~4
4 prépare|préparons|rédige ~2 le ~1 contrat
5 prenons|prends|gardons|retenons ~4 en_stage|en_alternance|en_cdi|à_partir|dès|dans_l'équipe
4 convention|contrat|promesse ~4 envoie|signer|joint*|signée
5 vous ~1 prenons
5 vous|tu ~1 commencez|commences|démarrez|démarres ~3 @jour|le|en|dès
4 signe|signer|signons|signature ~3 contrat
4 c'est_bon_pour|banco|on_vous_prend|on_te_prend|affaire_conclue
5 compter ~2 parmi|dans_l'équipe ~3
4 proposition ~2 de|d ~1 contrat|embauche|salaire
""",
    "APPLIED": """
5 message|candidature|cv|dossier|mail|courrier ~5 parvenu*|reçu*|arrivé*|enregistré*|pris_en_compte|transmis*
4 candidature|dossier|cv ~5 étudié*|examiné*|traité*|en_cours|toujours|active|étudions
4 merci|remercions ~6 intérêt|confiance|message|envoi|envie|avoir_postulé|postuler|proposer_votre
4 pas ~3 encore ~4 décision|réponse|retour|tranché|décidé
4 patience|un_peu_plus_de_temps|délai_supplémentaire
3 revenons|reviendrons|reviendra|recontacterons|tiendrons ~4 vous|vers|informé*
3 numéro_de_candidature|référence
4 réception ~3 dossier|candidature|courrier
4 jury|commission ~4 réunira|étudiera|examinera
4 dossier ~3 complet|reçu|instruction|transmis|examiné
5 commission|jury|comité ~4 réunira|examinera|statuera|étudiera
""",
    "ASSESSMENT": """
5 exercice|cas|test|devoir|étude|questionnaire|épreuve|défi ~12 renvoie*|renvoyer|rendre|retourner|avant|d'ici|heures|lien|envoyer|rendu|délai|faire|joins|joint*
4 renvoie*|renvoyez|retourne*|envoie*|envoyez|rends|rendez ~6 avant|solution|réponse*|réponses|résultat|d'ici|travail
5 petit|petite|court|courte|bref ~1 exercice|test|cas|devoir|questionnaire|épreuve|étude_de_cas|défi
4 rédigez|préparez|analysez|concevez|traduisez|résolvez ~8 avant|page*|envoy*|délai|d'ici
5 mini-projet|petit_projet|projet ~10 renvoyer|rendre|d'ici|heures|réaliser
5 mini-projet|petit_projet ~4
4 renvoyer|rendre|retourner ~4 d'ici|avant|pour ~2 @jour
""",
}

HINDI_ANSWERS = {
    "OFFER": """
5 नौकरी|पद|जॉब ~1 आपकी|आपका ~1 है|हुई|हुआ|हो
5 आपको ~6 नौकरी|नियुक्त|टीम|पद|रख* ~5 चाहते|देना|दे|किया|शामिल|लेना
3 वेतन|सालाना|मासिक|ज्वाइन|जॉइन ~4
5 naukri|job ~2 aapki|pakki ~3
5 aapko ~6 job|naukri|hire|team|offer ~4 chahte|dena|de|kar|lena|mein
3 package|ctc|salary|lakh|joining ~4
5 टीम ~2 में ~3 शामिल|जोड़ना|लेना ~3
5 select|selected|chayan|shortlist ~2 ho_gaye|ho_gayi|ho_gaya|hue ~3 hain|hai|ho
3 joining|salary|package|lakh ~3
""",
    "APPLIED": """
5 बायोडाटा|रिज्यूमे|आवेदन|सीवी ~6 मिल|मिला|पहुंच|पहुँच|प्राप्त|देख
4 होने_पर ~6 संपर्क|बुला*|सूचित
5 resume|cv|application|biodata ~5 mil|mila|pahunch|aa|received|dekh ~3
4 contact|sampark ~3 karenge|karegi|kiya
""",
    "ASSESSMENT": """
5 अभ्यास|कार्य|प्रश्न*|असाइनमेंट|टेस्ट|परीक्षण ~6 हल|पूरा|करके|भेज*|जमा ~6
5 task|assignment|exercise|test|questions ~6 solve|karke|bhej*|submit|complete|pura ~4
""",
}
