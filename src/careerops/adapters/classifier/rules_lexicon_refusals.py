"""Plain and indirect ways to refuse an applicant, beyond the set phrases: all languages."""

# ruff: noqa: E501  # a phrase stands on one line

ENGLISH_REFUSALS = {
    "REJECTION": """
5 go|going|went|gone|move|moving|head|heading|headed|take|taken|taking|chose|chosen|decided ~4 different|another|other ~1 direction|route|way|path|approach
5 settled|landed|agreed ~2 on|for ~2 @other
5 given|awarded|offered|gone|went|going|go ~2 to ~2 @other|candidate|applicant ~4
5 @role ~3 filled|taken|closed|gone|given_to|withdrawn|cancelled|canceled|frozen|eliminated|paused
5 @role ~4 no_longer ~2 available|open|exists|vacant|moving|being|hiring|going
5 no_longer ~2 hiring|recruiting|accepting|looking_for|filling|considering ~4
5 stopped|paused|frozen|halted|suspended|ended|cancelled|canceled|discontinued|closing ~3 hiring|recruiting|recruitment|search|process|@role
4 hiring|recruiting|recruitment ~2 freeze|pause|stop|stopped|halt
5 leave_it_here|leave_it_there|leave_things_here|part_ways|call_it_here|end_things_here|end_the_process|close_your_application|closing_your_application|closed_your_application
5 @not|aren't ~3 right|best|ideal|perfect|good|strong|close|quite|exact|suitable ~2 fit|match|person|choice|candidate|time
4 @not ~2 what|who|quite|exactly ~4 looking_for|after|need|seeking
5 application|candidacy|you|cv|resume|profile ~4 @not ~2 among|one_of|amongst|make|made|reach|reached|progress*|pass|passed|got|gone|moving|proceed*|get|advance*|selected|shortlisted|successful|taken|through|chosen|considered|meet|match|fit
5 @not ~3 make|made|get|got|pass|passed ~3 shortlist|short_list|cut|next|final|round|stage|list|through|further|selection
4 @not ~2 put|putting|take|taking|bring|bringing|move|moving ~2 you|your|things|it|this ~3 forward|through|further|ahead|on
5 @not|don't_think|don't_feel|don't_believe ~6 offer ~1 you
4 @not ~2 pursue|pursuing|continue|continuing|proceed|proceeding ~3 further|this|with|any
5 no ~2 openings|vacancies|positions|roles|vacancy|position|opening ~5 suit|match|fit|moment|present|currently|right_now|this_time
4 wish|hoped|wanted ~3 better|different|happier ~1 news|outcome|answer|result
4 bad|difficult|disappointing|tough|unwelcome|sad|not_the|unhappy ~2 news|message|email|outcome|answer
5 @not ~2 the_news|the_outcome|the_answer|the_result ~4 hoping|hoped|wanted|like
3 stay_in_touch|keep_in_touch|paths_cross|cross_paths|apply_again|reapply|keep_an_eye|stay_connected
3 nothing_you_did|nothing_personal|no_reflection|not_a_reflection|reflection_on_you|don't_take_this|do_not_take_this|not_a_judgement
4 keep|hold|retain|store|keeping|file ~3 your ~3 cv|resume|details|profile|application|information|name|contact ~3 case|something|comes_up|opens|arises|file|record|pool|later
2 good_luck|best_of_luck|luck|every_success|all_the_best|best_wishes|success ~4 search|future|next|endeavo*|career|elsewhere|hunt|whatever|ahead|onwards
4 chosen|selected|picked|hired|preferred|appointed|progressing|proceeding|shortlisted|invited ~5 candidates|applicants|others|them|those|people
4 candidate*|applicant*|other*|someone|somebody|person ~8 stronger|closer|better|edge|more_relevant|more_experience|more_experienced|more_closely|ahead|exactly|longer|deeper ~4
5 @other ~3 candidate*|applicant*|person|people|who|with|whose ~8 more|stronger|closer|better|longer|deeper|suited|edge
3 competition|field|standard|calibre|caliber|quality|pool ~4 strong|stronger|high|tough|fierce|exceptional|impressive
5 changed_to|changed|updated_to|status|decision|outcome|now ~2 rejected|declined|unsuccessful|not_selected|not_successful|closed|not_progressed|not_progressing|no_longer_under_consideration|not_shortlisted|not_retained
5 ^ rejected|declined|unsuccessful|not_selected|not_progressing|not_shortlisted|not_successful|no_longer_under_consideration|not_taken_forward|not_progressed|position_filled $
4 after|having ~4 consideration|thought|deliberation|discussion|discussions|reflection|review|weighed ~12 not|another|other|someone|different|unable|can't|won't
4 with|have|having ~2 regret|heavy_heart
5 take ~1 this ~3 as ~2 rejection|no
5 it's|is|be ~3 a_no|no_from
4 we|i ~3 pass|passing ~1 on|for ~2 your|this|now|you
5 chose|chosen|decided|picked|hired|found|selected|appointed|went_with|gone_with|going_with|go_with|proceed_with|proceeding_with|continue_with|opted_for ~3 @other
4 turned|turn ~2 down|away ~6 application|many|applicants
4 @not ~3 space|room|budget|headcount|capacity ~5 you|role|hire|team|position|now
4 outside|beyond|exceed* ~2 budget|range
4 withdraw*|rescind* ~3 offer|invitation
4 hesitate|difficult|hard ~3 choice|choose|decide|decision ~14 other|another|someone|not|one_person|only_one
3 only ~2 one ~2 person|@role|candidate|place|spot
4 @not ~1 join|joining ~1 us|the_team
4 @not ~3 invite|inviting|interview|interviewing|call ~3 you
4 lacked|lack|lacking|missing ~4 experience|skills|background|qualification*|depth
4 looking_for ~3 someone|somebody|candidates|people|a_person ~3 with|who|more ~8 experience|years|senior|background
5 moving|move|going|go|proceeding|proceed|continuing|continue|progressing|progress|forward|ahead|onward ~2 with ~3 @other|person|candidate|candidates|applicant|applicants|whose
5 you|application|candidacy|outcome ~6 unsuccessful
3 unable|not_able|cannot|can't|regret ~3 give|provide|offer ~3 feedback
5 give|giving|gave|given|offer|offering|offered ~2 it|job|role|position|place ~3 the_other|@other
4 ranked|placed|came|were ~2 second|runner-up|reserve|waiting_list
4 @other|first|first-placed|preferred|chosen|successful ~3 accepted|accept|start_sooner
5 need|needs|looking_for|seeking|want|require ~3 more ~1 senior|experienced|junior|specialised|specialized|hands-on|seasoned ~3 profile|person|candidate|someone|hire|engineer
4 stop|end|finish|close|wrap|draw ~3 here|this_process|the_process|things_here|conversation|line
5 @not ~3 clear|cleared|pass|passed|reach|reached|meet|met|qualify|qualified ~4 cut-off|cutoff|threshold|round|test|criteria|bar|mark|score|for
4 focus|focusing|concentrate|prioritise|prioritize|prioritising|prioritizing ~3 on|other ~3 applicants|candidates|other|profiles|those|people
3 check_back|try_again|don't_be_a_stranger|reapply_after|welcome_to_reapply
4 no ~1 other|further|suitable|current|such|longer ~1 position|vacancy|opening|role|need
4 budget|headcount|restructur*|reorgani*|reprioriti* ~14 role|position|hiring|opening|unable|@not|no_longer|pause*
4 more ~2 good|strong|qualified|great|excellent|suitable ~2 people|candidates|applicants ~2 than ~2 places|positions|roles|spots
4 places|spots|positions ~3 limited|only|taken|filled
4 decision|choice|news ~5 disappoint*|not_in_your_favour|not_in_your_favor|against
4 return ~2 your ~2 papers|documents|portfolio
3 gap|gaps ~3 in|on|around ~4
5 not ~3 hire|hiring|recruit|recruiting|fill|filling ~4 role|position|now|time|moment|anyone|after_all|anymore|year
5 did|do|does|have|has|were|was|will|could|can ~1 not ~1 select*|shortlist*|advance*|progress*|convince*|match|qualify|succeed*
5 @role ~7 been_filled|is_filled|was_filled|already_filled|no_longer|is_closed|been_closed
4 someone|somebody|person ~6 better|suited|closer|suitable|local
4 chose|chosen|picked|went_with|going_with ~2 the_other
4 @not ~3 have|see|find ~2 a? ~1 match|fit|suitable|right ~8
4 not|isn't ~2 be? ~2 taken|progressed|carried|put ~1 forward|further|through
5 @not ~4 pursuing|pursue|progressing|considering ~2 your ~2 candidature|candidacy|application|profile
4 will|goes|go|went ~2 to ~2 a|another|the ~2 candidate|applicant|colleague
5 decision ~6 appoint|hire|offer|select|go_with|proceed ~4 @other|applicant|candidate
5 appoint|appointed|appointing|hire|hired|promote|promoted ~3 internal|another|other ~1 applicant|candidate|colleague|person|from
5 can't|cannot|won't|not|unable ~3 take|bring|add ~2 anybody|anyone|anything|somebody|more_people|new_people ~2
4 found|hired|taken|have|chosen ~3 a|somebody|someone|another ~4 in_the_meantime|meanwhile|already|instead|locally
4 in_the_meantime|meanwhile ~6 found|filled|hired|taken|someone
4 @not ~4 work*_out|working_out|going_to_work|a_go|going_ahead|meant_to_be
4 @not ~2 match ~5
4 sorry|apolog* ~4 troubled|trouble|wasted|keep_you_waiting|kept_you|bad_news|disappoint*
5 marked|labelled|listed ~4 not_a_fit|rejected|declined|unsuitable|not_selected
4 don't_lose_heart|don't_be_discouraged|don't_give_up|keep_your_chin|would_have_been|runner-up
4 orders|business|sales|funding|budget ~3 down|slow|cut|cuts|tight|frozen ~8
5 unable|not_able|could_not|couldn't|can't ~3 consider|accept|accommodate|progress|shortlist ~3 your ~2 application|candidacy|profile
4 concluded|closed|completed|finished ~3 selection|recruitment|hiring|search ~2 procedure|process|round ~14 sorry|regret|unable|not|other|another
5 @other ~2 got|gets|has_got|gets|will_get|took|takes|landed ~2 the ~1 job|role|position|place|spot
""",
}

GERMAN_REFUSALS = {
    "REJECTION": """
5 für ~4 andere*|jemand|anderen|mitbewerber*|interne* ~5 entschieden|entscheiden
5 jemand|anderen|andere*|interne* ~4 weiter|weitermachen|entschieden|gefunden|genommen|eingestellt|besetzt|gewählt|vorzug|ausgewählt
5 gehen|machen|gehe|mache|machten|gingen ~3 mit ~3 anderen|anderem|jemand|andere|mitbewerber* ~5
5 zuschlag|vorzug|zusage ~5 andere*|mitbewerber*|jemand|kandidat*|bekommen|gegeben|gegangen|erhalten
5 @stelle ~5 vergeben|besetzt|nicht_mehr|weggefallen|gestrichen|geschlossen|eingefroren|zurückgezogen|intern|verfügbar
5 nicht ~5 weiterkommen|weiter_gekommen|weitergekommen|weiterverfolgen|zusammenkommen|zustande|infrage|in_frage|berücksichtigt|geklappt|ausgewählt|dabei|überzeugt|mehr_im_rennen|in_die_nächste|geeignet|zusammenpasst|anbieten|einladen|zusagen
5 keine|keinen|kein ~4 passende*|geeignete*|freie*|entsprechende* ~2 *möglichkeit|stelle|position|vakanz|aufgabe|platz|angebot
5 unterlagen|bewerbung ~6 zurück|entlastung|vernichten|löschen ~4
4 unterlagen|profil|daten|kontakt|bewerbung ~6 behalten|aufbewahren|vormerken|speichern|pool|talentpool|aufnehmen|evidenz
4 behalten|vormerken|merken ~5 unterlagen|profil|kontakt|daten|dich|sie
4 entscheidung ~5 nicht_leicht|schwer|schwergefallen|gegen|leicht
5 gegen ~3 bewerbung|dich|sie|eine_einstellung|zusammenarbeit ~3 entschieden
4 bitten ~3 um ~2 verständnis
4 gute*|bessere*|andere ~2 nachricht*|neuigkeiten|rückmeldung ~4 leider|nicht|geben|gewünscht|keine
3 in_kontakt|kontakt_bleiben|wege_kreuzen|verbunden_bleiben|wieder_bewerben|erneut_bewerben
4 nicht ~4 passt|passte|gepasst|passen|reicht|ausreichend|erfüllt|entsprochen|überzeugen
5 suche|stellenbesetzung|recruiting|einstellung*|verfahren|auswahlverfahren|prozess ~5 gestoppt|eingestellt|abgebrochen|eingefroren|pausiert|aufgehoben|beendet
4 nicht ~3 die_richtige|das_richtige|der_richtige|ideal|optimal|ganz ~4
4 wünschen|wünsche ~6 suche|zukunft|weg|werdegang|erfolg|glück
3 weiterhin|trotzdem|dennoch ~3 viel ~1 erfolg|glück
5 eine_absage|die_absage|diese_absage|leider_absagen|absage_geben
4 erfahren*|passender|besser|näher ~5 kandidat*|bewerber*|mitbewerber*|person
5 wahl|entscheidung ~5 nicht|andere*|jemand ~3 gefallen|getroffen|zugunsten|person
5 nicht ~2 auf|für ~1 sie|dich ~2
5 kein|keine|keinen|keinem ~5 platz|bedarf|budget|stelle|kapazität|rolle ~3
3 nichts ~3 mit ~1 dir|ihnen|ihrer|deiner
5 nicht ~3 berücksichtigt|berücksichtigen|berücksichtigung
5 zugunsten ~3 andere*|anderen|mitbewerber*
4 festgelegt ~4 auf|andere*
4 unterlagen ~5 vernichtet|gelöscht|vernichten|löschen
4 meld ~4 nächstes|wieder|später
5 brauchen|suchen|benötigen|wollen ~5 jemand*|person|kandidat* ~5 mehr|erfahren*|erfahrung
5 jemand* ~2 mit ~3 mehr|längerer|größerer|besserer ~2 erfahrung|kenntnissen|hintergrund|brauchen|benötigen|suchen
4 inzwischen|mittlerweile|bereits|schon ~5 gefunden|besetzt|vergeben|entschieden|jemand*
3 trotzdem|dennoch ~2 danke|dank|alles_gute
3 nicht ~2 einfach|leicht ~10 aber|mussten|haben
3 etwas_schönes|etwas_passendes|passendes|fündig ~3
5 suchen|brauchen|benötigen ~3 eine ~1 andere ~2
5 prozess|bewerbungsprozess|verfahren|gespräche ~4 beenden|beendet|abbrechen|abschließen
5 wahl ~3 fiel|gefallen ~3 andere*|jemand
4 auswahlverfahren|verfahren|besetzungsverfahren ~3 abgeschlossen|beendet
5 @stelle ~4 weg|belegt|voll ~2
3 nächstes_jahr|später|wieder ~3 probier*|versuch*|wieder|bewerben
5 nicht ~6 erreicht|bestanden|teilnehmen|qualifiziert|bestehen|zugelassen
5 weiteren|weiterem ~2 verfahren|auswahlverfahren|prozess ~4 nicht
4 sich ~1 für ~5 entschieden
3 tut_mir|tut_uns ~1 leid
4 hätte|hätten ~6 dabei|genommen|eingestellt|im_team
5 intern ~1 besetzt|vergeben|gelöst
4 keinen|keine|kein ~2 günstigeren|besseren|positiven|erfreulicher*|positive|bessere ~2 bescheid|nachricht|antwort|auskunft
5 nicht ~3 möglich|können ~6 einzustellen|einstellen|angebot|zusage
5 müssen|muss ~6 verzichten|ablehnen|absehen|absagen
5 sehen|haben ~4 von ~4 abgesehen|abstand
4 eingefroren|einstellungsstopp|stellenstopp|haushaltssperre
5 passt|passen ~4 leider|doch|nicht ~3 nicht|ganz|zusammen ~3
4 fehlt|fehlen ~4 erfahrung|kenntnisse|qualifikation*
5 nicht ~2 weiter ~3 berücksichtigen|verfolgen|einbeziehen
""",
}

SPANISH_REFUSALS = {
    "REJECTION": """
5 hemos|han|he|nos_hemos|me_he|se_ha|habiendo ~3 decidido|optado|elegido|seleccionado|escogido|decantado|contratado|quedado|apostado|preferido|inclinado ~5 otra|otro|otros|otras|alguien|interna|interno
5 decantado|decantarnos|decantamos|inclinado|quedado|ido ~3 por|con ~2 otra|otro|otros|otras|alguien
5 @puesto ~5 cubiert*|cerrad*|ocupad*|cancelad*|asignad*|no_está|no_sigue|congelad*|suspendid*|retirad*|adjudicad*
5 ya ~2 no ~2 está|sigue|estamos ~2 disponible|abiert*|vacante|buscando|contratando
5 no ~4 seguirá|seguirás|continúa|continuará|continuaremos|avanza|avanzará|pasa|pasará|prosperado|seguimos|continuar|avanzar|pasas|pasado|superado|sido_posible
5 tomar|tomado|ir|seguir|elegido ~2 otro|otra|distinto|diferente ~1 camino|dirección|rumbo|vía
5 no ~3 eres|es|encaja|encajas|encajan|parece|coincide|reúne|cumple ~6 perfil|buscamos|persona|necesitamos|indicad*|adecuad*|puesto|momento|requisitos|candidat*
5 no ~4 podemos|podremos|vamos_a ~4 ofrecer*|incorpor*|contratar*|contar|seleccionar*|darte|darle
5 no ~3 hay|tenemos|disponemos|contamos ~3 vacante*|puesto*|plaza*|posicion* ~6
4 conservar*|guardar*|mantendr*|tendr*|archivar* ~5 cv|currículum|datos|perfil|candidatura|contacto ~6
4 mejores|malas|otras ~1 noticias
4 decisión ~4 difícil|complicada|fácil
3 mucha|mucho|buena|toda ~1 suerte|éxito
3 estar_en_contacto|seguir_en_contacto|seguimos_en_contacto|mantenemos_el_contacto|cruzar|volver_a_presentar*|animamos
5 proceso|búsqueda|contratación|selección ~4 cancelad*|paralizad*|suspendid*|detenid*|congelad*|cerrad*|finalizad*|pausad*
5 no ~2 has|ha|fuiste|fue|hemos|han ~2 sido|resultado|pasado|superado|podido|considerado|logrado
4 persona|candidat*|perfil ~5 más ~3 experiencia|afín|adecuad*|cercan*|ajustad*|senior|conocimientos
4 esta_vez|esta_ocasión|en_esta ~5 no|otro|otra
4 por_ahora|de_momento|momento ~4 no
5 seguir|continuar|avanzar|seguiremos|continuaremos|avanzaremos ~2 adelante? ~1 con ~3 perfil*|candidat*|persona*|otr*
5 seleccionado|elegido|escogido|contratado|optado ~2 a|por ~1 otra|otro|otros|otras|alguien
4 futuros|próximos ~1 procesos|procesos_selectivos
4 quedo|quedamos ~1 con ~4
3 lo_siento|lo_sentimos|sentimos_mucho|una_pena
5 no ~3 figura|aparece|consta|está|estás ~8 lista|admitid*|relación|seleccionad*|preseleccionad*
5 no_admitid*|excluid*|no_apt* ~4
5 finalmente|al_final ~6 otra|otro|alguien|candidat*|persona ~4
5 no ~4 avanzaremos|continuaremos|procederemos|proseguiremos|contaremos|contamos
5 hemos ~2 cerrado|cubierto|cancelado|paralizado ~3 vacante|proceso|posición|puesto
4 falta ~3 experiencia|formación|nivel
""",
}

FRENCH_REFUSALS = {
    "REJECTION": """
5 avons|ai|a|ont|avoir ~4 pris|choisi|retenu|préféré|recruté|opté|privilégié|sélectionné|trouvé|décidé|embauché ~4 quelqu'un|autre|une_autre|un_autre|d'autres|quelqu|interne
5 pas ~3 souhaité|pu|été|décidé|choisi ~4 retenir|retenue|retenu|donner_suite|poursuivre|sélectionné*|vous_proposer|continuer|aller_plus_loin|favorable*
5 ne|n ~6 pas|plus ~4 poursuivre|poursuivons|continuer|aller_plus_loin|retenir|retenons|retiendrons|donner_suite|avancer|avancerons|recruter|recrutons
5 préférons|préférerions|décidé|allons|souhaitons|préfère ~5 arrêter|en_rester|mettre_fin|ne_pas|clôturer
5 @poste ~5 plus_disponible|pourvu*|plus_d'actualité|gelé|gelée|suspendu*|annulé*|attribué*|fermé*|clos|n'est_plus|plus_ouvert
5 recrutement|processus|recherche|embauche* ~5 suspendu*|gelé*|arrêté*|annulé*|interrompu*|clôturé*|abandonné*
4 gardons|conservons|garderons|conserverons|garder|conserver|garde ~5 cv|candidature|dossier|coordonnées|profil|contact
3 bon_courage|bonne_chance|bonne_suite|bonne_continuation|succès ~4 suite|recherche*|projets|avenir|pour
4 choix|décision ~4 difficile|facile|autre|délicat*
4 mauvaise|meilleures|bonne|bonnes ~1 nouvelle|nouvelles ~4 pas|malheureusement|n|hélas|annoncer|aurais|aurions
4 autre|autres|quelqu'un ~3 candidat*|profil*|personne|qui|avec|davantage|plus
5 pas ~4 bonne_personne|bon_profil|profil_recherché|adéquation|correspond*|tout_à_fait|suffisamment
3 rester_en_contact|restons_en_contact|garder_contact|recroiser|repostuler|n'hésitez_pas_à_postuler
4 pas ~2 de? ~2 poste|ouverture|besoin|place ~5 correspond*|moment|actuellement|profil
4 pas ~3 cette_fois|pour_cette_fois|sur_ce_poste
4 négatif|négative|défavorable ~4 réponse|suite|avis|candidature|retour
5 partons|parti|partis|allons|continuons|avançons|poursuivons ~3 avec ~3 autre|quelqu'un|d'autres
5 pas ~3 mesure ~4 suite|favorable*|positive|proposer
3 garde|gardons ~3 contact|coordonnées
5 retenu|choisi|sélectionné|privilégié ~3 candidature|profil|personne|candidat* ~4 plus|autre|mieux|davantage
5 ne|n ~3 prenons|recrutons|embauchons|cherchons ~4 plus|pas ~6
4 malheureusement ~4 plus|pas
5 trouvé|pris|recruté|embauché ~2 quelqu'un|une_autre|un_autre
5 pu|pas|ne ~2 être ~2 retenu|retenue|acceptée|sélectionnée
5 poursuivre|continuer|avancer ~3 avec ~2 un|une|d' ~2 autre|autres
4 désolé|désolée|désolés|navré ~6 suite|continuation|courage|autre|pas
4 toutefois|cependant|néanmoins ~4 décidé|regret|pas|retenu
5 non ~1 retenu|retenue|sélectionné|sélectionnée
""",
}

HINDI_REFUSALS = {
    "REJECTION": """
5 किसी|दूसरे|अन्य|अधिक ~2 और|उम्मीदवार|व्यक्ति|अनुभवी ~4 चुन*|चुना|लिया|रख*|नियुक्त|चयन|प्राथमिकता
5 पद|जगह|नौकरी|भर्ती|रिक्ति ~5 भर|बंद|रद्द|उपलब्ध_नहीं|समाप्त|रोक ~3
5 नहीं ~3 चुन*|चुना|बढ़|बढ़ा*|बढ़ाएंगे|ले|दे|रख|हो ~2 पाए|पाएंगे|सके|सका|सकते|सकेंगे|गया|गए|रहे
4 रिज्यूमे|बायोडाटा|प्रोफाइल|सीवी ~4 रख* ~3
4 अच्छी|बेहतर ~1 खबर ~3 नहीं
4 शुभकामना*|शुभकामनाएं ~3
4 आवश्यकता*|जरूरत*|अपेक्षा* ~4 मेल|अनुरूप|अनुकूल ~2 नहीं
5 kisi|dusre|koi ~1 aur|candidate|vyakti ~4 le|chun*|select|liya|rakh*|chuna|hire
5 position|post|pad|role|vacancy|jagah ~4 bhar|band|cancel|hold|filled|closed ~3
5 @nahin ~3 badh*|chun*|select|le|de|ho|kar ~2 pay*|sak*|rahe|paa*
5 select|shortlist|aage|chayan ~2 @nahin
4 cv|resume|profile ~3 rakhenge|rakh_rahe|rakhte|save
3 shubhkamna*|all_the_best|good_luck
4 afsos|khed|maaf*|sorry ~10
5 अधिक|ज्यादा|बेहतर ~2 अनुभव*|उपयुक्त ~3 व्यक्ति|उम्मीदवार
5 select|shortlist|chayan ~2 @nahin ~2 ho
5 kisi ~3 experienced|anubhavi|aur|dusre ~2 candidate*|ummeedwar* ~5 saath|jaa|ja|chun*|le|select
3 accha|achha ~3 lekin|par|magar
5 लेकिन|परंतु|किन्तु|पर ~6 नहीं ~4 सकते|सके|पाए|पाएंगे|रहे
5 चयन ~3 नहीं
5 aage @nahin ~4
5 is_baar|abhi ~4 @nahin ~3 select|le|kar
""",
}
