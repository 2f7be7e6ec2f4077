"""What looks like hiring mail and is none, and small signs that a mail is about work: all languages."""

# ruff: noqa: E501  # a phrase stands on one line

ENGLISH_PRIVATE = {
    "NOISE": """
5 # ~3 employers|companies|firms|businesses|recruiters|startups ~5 interview*|hiring|inviting|looking|searching|waiting|want|recruiting
5 employers|companies|firms|startups|recruiters ~4 are|is|now|right ~3 interviewing|hiring|looking|searching|waiting|recruiting|inviting
5 apply|applying ~2 now|today|here|by ~5 get|interview|offer|hired|jobs|fast|days
5 coach|coaches|coaching|mentor|career_advisor|career_coach ~8 book|free|session|call|help*|today|offer
4 book|get|claim|schedule ~3 free ~2 call|session|consultation|trial|demo|quote
5 workflow|pipeline|build|deploy|deployment|job|run|tests|test|checks|check|suite ~8 failed|passed|succeeded|failing|broken|green
5 failed|passed ~3 in|after ~2 #|minutes|seconds
5 pull_request|merge_request|commit|commits|branch ~6 opened|merged|closed|requested|commented|approved|pushed|#|review|reviewed
5 requested_your_review|review_requested|stack_trace|code_coverage|view_the_log|view_logs|changelog|build_number
5 episode|podcast|listen|listeners|subscribe|subscribers|this_issue|in_this_edition|read_online|view_online|in_your_browser|more_links|top_links
4 talent_community|talent_network|talent_pool|job_alerts|stay_connected_with_us|join_our_community ~10
5 verify|confirm|activate|validate|reset ~4 your ~2 email|e-mail|account|address|identity|mailbox|password|registration
4 verification|security|confirmation|one-time|access|login ~1 code|link|pin
4 new_sign-in|new_login|new_device|set_a_password|set_up_your_account|create_your_account|your_account_has
3 complete ~2 your ~1 registration|sign-up|signup|profile
5 survey|feedback|rate|review|how_did_we_do|how_was_it|how_we_did|tell_us_how|your_opinion|net_promoter ~8 minutes|experience|process|recruitment|applying|anonymous|scale|questions
5 took_part|take_part|participate|participants|participant ~5 study|research|survey|panel|process|focus_group
5 viewed|viewing|looked_at|looking_at|searched|appeared ~5 profile|you|searches
4 invited_you_to_an_event|invited_you_to_follow|invited_you_to_connect|tagged_you|mentioned_you|started_following|wants_to_connect|wants_to_be|is_waiting_for|added_you|going_to_the_event
5 come_back|miss_you|have_you_back|we_missed_you|welcome_back ~6
4 months|weeks|days ~3 free|for_the_price|half_price|on_us
5 upgrade|bid|seat|miles|lounge|cabin|boarding|flight ~6 offer|upgrade|class|points|flight
4 maintenance|downtime|outage|planned_work|unavailable ~5 portal|system|service|site|window
5 delivery ~3 failure|failed|status|notification
5 undeliverable|undelivered|mailer-daemon|could_not_be_delivered|returned_to_sender|delivery_has_failed
4 background|experience|profile|cv|resume|career ~5 client|clients ~6 looking|need|search*|hiring|seek*
4 have|got|represent|with ~2 a? ~1 client ~6
4 just|quick|wanted_to|simply ~2 following_up|follow_up|circling_back|checking_in|bumping ~6 role|opportunity|message|email|note|interested|position
4 recruiter|headhunter|placing|search_firm|agency ~6 role*|opportunit*|client*
5 job_of_the_week|jobs_of_the_week|who's_hiring|open_roles|jobs_board|featured_jobs|sponsored ~3
4 early-bird|early_bird|tickets|rsvp|attendees|doors_open|speakers|line-up|agenda_is_out|see_you_there
4 careers_fair|career_fair|careers_day|stand|stands|booth|employers_day|networking_evening ~4
4 buy|order|shop|basket|checkout|pre-order|preorder|deals|save_up_to|from_only ~4
5 cv|resume|linkedin ~4 score|rewrite|rewritten|checker|critique|makeover|writer|writers|expert|experts|audit|ats-friendly|holding_you_back
5 experts|writers|coaches ~4 rewrite|cv|resume|review
5 working_with|partnered_with|partnering_with|representing|recruiting_for|hiring_for|supporting|placing ~6 scale-up|startup|start-up|company|firm|client|business|unicorn|leader|bank|fintech
4 confidential ~3 chat|search|role|opportunity|conversation|position
4 highly_relevant|caught_my_attention|caught_my_eye|impressive_profile|strong_profile|impressive_background|looks_relevant
5 # ~2 employers|companies|recruiters|exhibitors|startups ~8
5 speed ~1 interview*|networking|dating
4 job_seekers|jobseekers|job_hunters
4 actively_recruiting|actively_hiring|easily_apply|easy_apply|school_alumni|apply_with_your_profile|promoted
4 assigned_to_you|assigned_you|were_assigned|was_assigned|new_comment|mentioned_you|ticket ~4
4 first_to_know|latest_openings|our_latest|explore_our
5 while_stocks_last|stocks_last|no_credit_check|credit_check|t&cs_apply|terms_apply|eur_a_month
5 unsubscribe|manage_alerts|manage_your_alerts|email_settings|notification_settings|manage_notifications|update_preferences|stop_receiving
5 referral|referrals ~3 pay|bonus|#
5 save_my_seat|save_your_seat|add_to_calendar
5 happening|sent|written ~2 this_week_and_next
5 money-back|guarantee|normally_costs|normally_#|discounted|instalments|installments ~4
5 my|our ~1 clients ~5 had|got|get|landed|offer|offers|hired
5 talks|pizza|doors|free_your_seat|on_the_list|drinks_after ~4
5 add_you_to ~3 network
5 i'd_like_to_connect|join_my_network|professional_network|accept_invitation|accept_the_invitation
5 shipped|dispatched|out_for_delivery|track_your_package|track_your_parcel|track_package|tracking_number|has_been_delivered|arriving
5 mock|practice ~1 interviews|interview
5 interview|salary|company ~1 reviews|insights ~4
5 leaderboard|daily_challenge|weekly_challenge|this_week's_challenge|weekly_coding_challenge|streak|level_up|badge|points ~3
5 it's_a_match|matches|singles|send_a_message_now|liked_you|likes_you
5 your_photo|your_picture|photo_club|photo_contest|submission|entries|jury ~5 selected|chosen|exhibition|contest|competition|received
5 exciting|great|fantastic|interesting|new ~3 role|position|job|opportunity|vacancy ~2 with ~6
5 thought_of_you|you_came_to_mind|might_be_of_interest|may_be_of_interest
""",
    "AWAY": """
5 good_luck|fingers_crossed|break_a_leg|thinking_of_you|rooting_for_you|knock_them_dead|you_got_this ~6 interview|exam|tomorrow|today|it|them|day
5 how ~2 did|was|is|were ~3 it|the|your ~2 interview|go|interviews|going
4 mum|mom|mummy|dad|daddy|grandma|granny|grandpa|auntie|darling|honey|sweetheart|love_you|lots_of_love|xx|xxx|xoxo|hugs
4 lunch|dinner|drinks|pint|brunch|my_treat|cinema|beers|barbecue|sleepover|playdate|picnic ~3
3 catch_up|long_time|miss_you|kids|girlfriend|boyfriend|wife|husband|flatmate|roommate
4 my|our|his|her|their|friend's|sister's|brother's ~1 interview|offer|own_interview|new_job
4 meant_for_me|not_for_you|can_you_help_me|help_me_prepare|asking_for_a_friend|what_do_you_think|what_should_i_wear|any_tips|wish_me_luck|i_got_an_interview|i_have_an_interview|got_the_interview
5 course|lecture|lectures|seminar|module|coursework|syllabus|graded|final_mark|final_grade|semester|professor|prof|exam_slot|oral_exam|exam|midterm|final_grade|enrolled|grades ~4
5 tax|hmrc|irs|council_tax|revenue|self_assessment|vat|property_tax|income_tax ~4
5 tenants|landlord|letting|lettings|viewing|viewings|apartment|flat|rent|rental|lease|house_viewing ~8
5 application ~6 flat|apartment|house|tenancy|card|loan|account|permit|licence|membership|planning|grant|benefit|visa|credit|insurance|mortgage
4 card|credit|account|cardholder|statement|iban|balance|overdraft|direct_debit ~4
5 nurse|gp|doctor|dr|surgery|clinic|dentist|hygienist|physio|hospital|specialist ~5 appointment|visit|check-up|results|prescription|letter
5 appointment ~5 nurse|gp|doctor|dr|surgery|clinic|dentist|hygienist|physio|hospital|specialist|vet|optician
4 renewal|your_cover|premium|claim_number|your_quote|policy|insured|insurer ~4
4 due_back|borrowed|overdue|reading_room|library_card|library_loan
4 payslip|payroll_run|timesheet|expense_report|annual_leave_request
4 volunteer|volunteers|beach_clean|charity_run|donation|fundrais*|petition
4 research_study|user_research|usability|participants|study_participants|incentive|voucher_as_a_thank
4 trip|train|ticket|booking_reference|departure|carriage|seat_reservation|itinerary|boarding_pass
4 conference_talk|your_talk|your_proposal|your_paper|call_for_papers|call_for_proposals|programme_committee|program_committee|reviewers|abstract
4 owners|residents|neighbours|neighbors|association|minutes_of_the_meeting|agm|committee_meeting|treasurer
4 reference ~3 for ~3 me|her|him|my|friend
4 interview ~5 mushroom*|chef|band|album|film|novel|book|artist|musician|magazine|radio|episode
4 i_got_it|wish_me|dry_run_with_me|help_me_practise|help_me_practice|practise_with_me|practice_with_me
4 # ~1 months ~6 month|contract|eur|minimum
4 watch|stream|comedy|film|films|movie|series|titles ~4
4 chess|tennis|badminton|bowling|climbing|choir|band_practice|rehearsal|game_night|quiz_night|book_club|five-a-side|water_the_plants|feed_the_cat|walk_the_dog|neighbour|neighbor ~3
4 quarterly|budget|board_meeting|roadmap|sprint|standup|stand-up|retro|kickoff|status_meeting|weekly_sync|one-on-one|okrs|deck|numbers ~4 review|numbers|meeting|planning|discuss|before|opinion|update|sync
5 jury_service|jury_duty|court|summons|hearing_date|witness
4 table|reservation|booking ~4 confirmed|for_two|guests|party_of
""",
    "JOB": """
2 your_cv|your_resume|your_application|your_cover_letter|your_covering_letter|your_portfolio|you_applied|your_candidacy|your_interview|interview_process|job_interview
1 cto|ceo|coo|founder|cofounder|founders|head_of|team_lead|panel|shortlisted|shortlist|hr|people_ops|our_team|the_team|our_office|start_date
1 vacancy|post|posting|role|position|job|shift|shifts|trial_shift|apprentice*|trainee|traineeship|internship|placement|part-time|full-time
1 assistant|driver|nurse|teacher|clerk|bookkeeper|accountant|barista|waiter|waitress|chef|cook|cashier|receptionist|technician|electrician|plumber|carpenter|mechanic|warehouse|cleaner|carer|caregiver|tutor|librarian|paralegal|solicitor|copywriter|editor|writer|researcher|scientist|consultant|administrator|coordinator|supervisor|architect|translator|salesperson|merchandiser|buyer|planner|baker|gardener|bartender
1 background|experience|skills|portfolio|your_work|your_profile|your_experience
1 hiring|candidates|applicants|applications|applying|recruitment|selection
1 next_step|next_steps|next_stage|next_round|first_day|contract|offer
""",
    "IF": """
1 if ~2 they|we|he|she|someone|the_team|you_hear|you_have_not|you_haven't|you_don't ~6
1 someone|we|they ~3 will ~3 ring|call|contact|reach_out|invite|touch ~4 if|once|should
1 shortlisted|successful|suitable|selected|chosen ~1 candidates|applicants|people
1 suitable|matching|promising|best|strongest ~1 candidates|applicants ~6 invited|contacted|called|hear
1 if ~3 successful|shortlisted|suitable|match|fit|interested|right_fit
1 what_happens_next|next_steps_are|usually_takes|process_is|process_has ~3
""",
    "DONE": """
4 thank|thanks ~3 sending|returning|handing ~5 task|exercise|homework|test|solution|challenge
""",
    "ALIEN": """
5 application|applying|applied|apply ~1 for|to ~3 savings|savings_account|bank_account|flat|apartment|house|tenancy|card|loan|permit|licence|membership|planning|grant|benefit|visa|credit|insurance|mortgage|naturalisation|naturalization|citizenship|passport|allotment|adoption|scholarship|bursary|subsidy
5 offer|open|approve ~2 you ~2 an|a|your|the ~2 account|card|loan|mortgage|overdraft|policy
5 visa|naturalisation|naturalization|citizenship|immigration|passport|asylum|radio|podcast|tv|magazine|press|newspaper|user|research|customer|admission|admissions ~1 interview|interviews|appointment
5 placement_test|level_test|language_level|find_out_your_level|driving_test|eye_test|blood_test|hearing_test|speed_test|theory_test|pregnancy_test
5 hackathon|hackday|hack_day|tournament|photo_contest|writing_contest|raffle|lottery|prize_draw|audition
4 module|lesson|chapter|lecture|course_week ~1 # ~3
5 assignment|test|quiz|exam|assessment|exercise ~6 week_#|module|course|unit|lesson|grade|graded|semester|certificate|lecture|final_mark|statistics
5 place ~4 school|university|college|nursery|kindergarten|course
5 your_child|your_daughter|your_son|your_children|pupil|pupils
5 interview ~1 study
5 interview ~6 my ~1 thesis|dissertation|study|research
5 take_part ~6 study|interview|research|survey
5 we're_interviewing|we_are_interviewing|interviewing ~3 candidates|candidate|applicants|people
5 scorecard|cvs_attached|candidate's_cv|candidates'_cvs|interview_panelist|be_on_the_panel|join_me_on_the_panel|feedback_on_the_candidate
4 volunteer|volunteers|volunteering ~2 team|shift|day|group|event
5 ballot|marathon|half-marathon|reservation_request|your_reservation|the_host
5 admission|msc|bachelor|master's|phd_programme|degree|undergraduate|graduate_school ~3 interview|programme|program|application|offer
5 interview ~6 msc|bachelor|master's|degree|undergraduate|school_place
5 photo|picture|painting|poem|manuscript|recipe|artwork|entry|entries ~4 selected|chosen|accepted|shortlisted|winner|winners
5 candidate_feedback|interview_feedback_needed|submit_your_feedback|your_feedback_on ~8 interview|candidate
5 interview_debrief|hiring_committee|interviewer_training|you_are_interviewing|you're_interviewing ~4
""",
}

GERMAN_PRIVATE = {
    "NOISE": """
5 firmen|arbeitgeber|unternehmen ~5 laden|suchen|stellen_ein|gesucht|einstellen|warten
5 jetzt|heute|sofort ~1 bewerben|bewirb|anfragen|informieren
5 folge|podcast|ausgabe|leserinnen|leser|im_browser ~4
5 bewerbungstraining|bewerbungscoaching|karrierecoaching|coaching|coach ~5
5 e-mail-adresse|konto|registrierung|anmeldung ~5 bestätigen|verifizieren|aktivieren|abschließen
4 kurs|anmeldung|teilnahme|volkshochschule|vhs|lehrgang ~5 kurs|kursbeginn|bestätigt|anmeldung|teilnahme|beginnt
4 probetraining|mitgliedschaft|vorteile|aktion|gratis|kostenlos|geschenkt ~4
4 zustellung|zugestellt|sendungsnummer|paketdienst|abholung|versandt
4 talentpool|talent-community|karriere-newsletter
""",
    "AWAY": """
5 viel_glück|viel_erfolg|daumen|toi_toi ~6 vorstellungsgespräch|gespräch|morgen|prüfung|heute|gedrückt
5 wie ~2 war|lief|ist ~4 gespräch|vorstellungsgespräch|interview|gelaufen
4 oma|opa|mama|papa|mutti|schatz|liebling|bussi|küsschen|hdl|kuss
5 versichertenkarte|krankenkassenkarte|gesundheitskarte|blutabnahme|überweisung|rezept|nüchtern|hausarzt*|facharzt*|patient*|dr_med|praxisteam|arztpraxis|behandlung|vorsorge
5 hausverwaltung|mieter*|vermiet*|eigentümer*|wohnung*|zimmer-wohnung|wohnungen|mietinteressent*|kaltmiete|warmmiete|nebenkosten|miete|mietobjekt|exposé
5 hausratversicherung|kfz-versicherung|haftpflicht|police|beitrag|versicherungsschutz|schadenfall ~3
4 kurs|semester|vorlesung|klausur|hausarbeit|prüfung|seminar|dozent*|professor*|studierende*
4 verein|mitglieder|chor|turnier|spieltag|feuerwehr
4 geburtstag|hochzeit|abendessen|grillen|kaffeeklatsch
4 finanzamt|steuerbescheid|steuererklärung|grundsteuer|bußgeld ~4
4 neuen|neuer|neue ~1 job|arbeit ~3
4 kaffee ~1 trinken
4 muss_dir|erzählen|quatschen|bis_dann|lg|hab_dich_lieb ~3
4 tisch|reservierung|gäste ~4
4 training|trainingszeiten|spiel|turnier|mannschaft ~3
4 eltern|klassenleitung|elternsprechtag|klasse ~4
""",
    "JOB": """
2 ihre_unterlagen|deine_unterlagen|ihr_lebenslauf|dein_lebenslauf|ihre_bewerbung|deine_bewerbung|ihr_profil|dein_profil
1 verkäufer*|sachbearbeiter*|pfleger*|pflegefach*|erzieher*|lehrer*|fahrer*|kellner*|bäcker*|buchhalter*|empfang|assisten*|kauf*|monteur*|mechatronik*|elektroniker*|köch*|koch|auszubildend*|azubi|techniker*|berater*|redakteur*|referent*|mitarbeiter*
1 geschäftsführ*|teamleit*|cto|ceo|personal|team|kita|betrieb|büro|empfang|einstellung|vertrag|gehalt|probezeit|position
1 nächster_schritt|nächste_schritte|nächsten_schritt|zweite_runde|kennenlernen
1 servicekraft|kellner*|bedienung|reinigungskraft|hilfskraft|fachkraft|pflegekraft|lagerist*|gärtner*|schicht|probezeit|stunde
2 bewerbungen|bewerbungsverfahren|auswahlverfahren|stellenausschreibung|ausgeschriebene*|ausgeschrieben
1 verfahren|auswahl|chef|arbeitstag|vertrag|lohn|controller*|assistenz|serviceassisten*|reinigung|lager|praktikant*|volontariat|werkstudent*|schlosser*|maler*|tischler*|maurer*|friseur*in|sekretär*|hausmeister*|ingenieur*|entwickler*|designer*|jurist*|arzt*helfer*
""",
    "IF": """
1 ^ passt|passen|überzeugt|überzeugen|gefällt|entspricht|stimmt|erfüllt|erfüllen|kommen|kommt|sind ~4 profil|bewerbung|unterlagen|qualifikation*|erfahrung*|anforderungen|infrage|interessant
1 falls|wenn|sofern|sobald ~6 gespräch|weiter|passt|melden|beworben|gesichtet|entschieden
1 ausgewählte|geeignete|passende|interessante ~1 bewerber*|kandidat*|bewerbung*
1 im_anschluss|danach|anschließend ~4 laden|melden|entscheiden
""",
    "ALIEN": """
5 studienplatz|studiengang|kitaplatz|kita-platz|schulplatz|stipendium|kredit|girokonto|wohnung|einbürgerung|visum
5 lesung|autorengespräch|buchpremiere|vernissage|theater|konzert|vortragsreihe
5 theorieprüfung|fahrprüfung|theoretische_prüfung|praktische_prüfung|sehtest|hörtest
5 hauptuntersuchung|fahrzeugschein|werkstatttermin|reifenwechsel
""",
}

SPANISH_PRIVATE = {
    "NOISE": """
5 empresas ~4 entrevist*|contratando|buscan|buscando|haciendo|esperan|necesitan
5 envía|manda|deja ~2 tu ~1 cv|currículum ~6 hoy|ya|ahora|consigue
5 consigue|encuentra|logra ~4 entrevista|empleo|trabajo
5 verifica|confirma|activa ~3 correo|cuenta|email|registro
4 episodio|pódcast|podcast|escucha|suscriptores|boletín ~3
5 zapatillas|rebaja*|tienda|colección|outlet|compra*|gastos_de_envío|stock ~6
4 tengo|tenemos|llevo ~3 cliente|clientes|proceso_abierto ~4
4 perfil ~3 interesante|encaja|linkedin ~8 cliente|oportunidad|proyecto
4 coach|asesoría|mentoría ~4
5 buscamos ~6 empresa|cliente|multinacional
4 empresa_líder|líder_del_sector|importante_empresa ~4
""",
    "AWAY": """
5 suerte|ánimo ~5 entrevista|mañana|examen|hoy
5 cómo|qué ~3 fue|tal|salió|ha_ido ~5 entrevista|ayer
4 mamá|papá|abuela|abuelo|cariño|besos|abrazo_fuerte|te_quiero|besitos
4 cena|cenar|cañas|comemos|cumpleaños|boda|barbacoa|finde
5 revisión|analítica|consulta|tarjeta_sanitaria|ayunas|especialista|paciente ~4
5 propietari*|inquilin*|piso|alquiler|fianza|vivienda|casero ~8
4 curso|asignatura|examen|trabajo_final|profesor*|alumn*|clase ~4
4 multa|hacienda|impuesto|renta|agencia_tributaria
4 ganas_de_verte|cafelito|quedada|besazo|partido|cumple
4 café ~3
""",
    "JOB": """
2 tu_cv|tu_currículum|su_currículum|tu_perfil|su_perfil|tu_candidatura|su_candidatura|te_inscribiste|te_presentaste
1 recepcionista|camarer*|dependient*|cociner*|conductor*|enfermer*|profesor*|contable|administrativ*|auxiliar|técnic*|comercial|vendedor*|limpieza|diseñador*|redactor*|becari*
1 director*|cto|ceo|fundador*|equipo|oficina|incorporación|contrato|jornada|turno|vacante|proceso
1 siguiente_paso|próximo_paso|siguiente_fase
1 bolsa|convocatoria|auxiliares|plaza
""",
    "IF": """
1 si ~5 encaja*|seleccion*|avanza*|continúa*|interes*|adecua*|ajusta*|considera*
1 solo|sólo|únicamente ~3 contact*|responder*|llamar*|personas|candidat*
1 personas|candidat*|perfiles ~2 preseleccionad*|finalistas
1 personas|candidat*|aspirantes|solicitantes ~2 admitid*|preseleccionad*|finalistas|seleccionad* ~3 serán|será|recibirán|pasarán|contactaremos|llamaremos
""",
    "ALIEN": """
5 padrón|dni ~4 cita|renovar|previa
5 piso|beca|préstamo|hipoteca|visado|nacionalidad|plaza_escolar ~3 solicitud|cita|entrevista
5 solicitud|cita|entrevista ~4 piso|beca|préstamo|hipoteca|visado|nacionalidad|padrón|cuenta|tarjeta
""",
}

FRENCH_PRIVATE = {
    "NOISE": """
5 entreprises|employeurs|sociétés ~4 reçoivent|recrutent|cherchent|recherchent|attendent|embauchent
5 postulez|candidatez ~3 aujourd'hui|maintenant|vite|dès
5 décrochez|trouvez|obtenez ~3 entretien|emploi|job
5 vérifiez|confirmez|activez ~3 adresse|compte|e-mail|email|inscription
4 épisode|podcast|émission|écoutez|écouter|numéro|abonnés|magazine|lecteurs ~3
4 forfait|box|fibre|débit|engagement|sans_engagement|abonné ~4
4 j'ai|avons ~2 un ~1 client ~4
4 coach|coaching|bilan_de_compétences ~4
5 recrute ~5 clients|client
5 parcours|profil ~3 interpellé|attiré ~4
""",
    "AWAY": """
5 bonne_chance|bon_courage|croise|croisons ~6 entretien|demain|examen|aujourd'hui|doigts
5 comment ~3 passé|été|allé|va ~5 entretien
4 maman|papa|mamie|papi|chéri|chérie|bisous|bises|je_t'aime
4 dîner|apéro|anniversaire|mariage|resto|ciné|week-end
5 carte_vitale|ordonnance|patient*|consultation|cabinet|docteur|dr|vaccin*|secrétariat_médical|analyses ~4
5 propriétaire*|locataire*|appartement|logement|loyer|bail|location|agence_immobilière ~6
4 cours|examen|semestre|professeur|étudiant*|devoir_maison|amphi ~3
4 impôts|impôt|taxe|avis_d'imposition
4 interview|entretien ~4 auteur|chanteu*|act*|cinéaste|radio|romanci*|antenne|émission
""",
    "JOB": """
2 votre_cv|ton_cv|votre_candidature|ta_candidature|votre_profil|ton_profil|votre_parcours|ton_parcours
1 agent|assistant*|vendeu*|caissi*|serveu*|cuisini*|chauffeu*|infirmi*|enseignant*|comptable|secrétaire|technicien*|commercial*|conducteur|conseill*|chargé*|aide-soignant*|rédact*|graphiste|stagiaire
1 directeur|directrice|cto|ceo|fondat*|équipe|bureaux|locaux|contrat|prise_de_poste|jury|boutique|agence
1 prochaine_étape|suite_du_processus
1 pour_la_suite|la_suite|graphiste|entretien|recrutement
""",
    "IF": """
1 si ~5 retenu*|intéress*|correspond*|suite|convient|sélectionné*|nouvelles
1 sans ~2 réponse|nouvelle|retour ~6
1 toute_candidature|seuls|seules|candidats_retenus|profils_retenus ~8
""",
    "ALIEN": """
5 demande|dossier|entretien|candidature ~4 visa|naturalisation|logement|prêt|carte|bourse|crédit|parcoursup|université|licence|master
5 interview|entretien ~4 romancier*|auteur*|chanteu*|act*|cinéaste|cheffe_d'orchestre|chef_d'orchestre|musicien*|sportif|sportive|ministre
""",
}

HINDI_PRIVATE = {
    "NOISE": """
5 कंपनियां|कंपनियाँ|कम्पनियां|नियोक्ता ~5 इंटरव्यू|साक्षात्कार|भर्ती|नौकरी|ले_रही
5 रोजगार|जॉब|भर्ती ~1 मेला|मेले|कैंप
5 ईमेल|खाता|अकाउंट ~4 सत्यापित|पुष्टि|वेरिफाई
4 companies|company ~5 interview|hire|hiring|bharti ~3 le_rahi|kar_rahi|chal
""",
    "AWAY": """
5 शुभकामना*|शुभकामनाएं ~6 इंटरव्यू|साक्षात्कार|परीक्षा|कल
5 इंटरव्यू|साक्षात्कार|परीक्षा ~5 शुभकामना*|शुभकामनाएं|कैसा
5 डॉ|डॉक्टर|मरीज|अपॉइंटमेंट|ओपीडी|दवा ~3
4 बेटा|माँ|मां|पापा|दादी|नानी|भैया|दीदी
4 बिजली|बिल|बकाया|मीटर|यूनिट ~3
5 interview ~5 shubhkamna*|all_the_best|kaisa|good_luck
5 shubhkamna*|all_the_best|good_luck ~5 interview|exam|kal
4 beta|mummy|papa|maa|bhaiya|didi|dadi|nani
4 doctor|opd|dawai ~3
4 kiraya|flat|makaan|landlord
""",
    "JOB": """
2 आपका_रिज्यूमे|आपका_बायोडाटा|आपकी_प्रोफाइल|आपके_आवेदन|आपका_आवेदन
1 सीटीओ|सीईओ|निदेशक|प्रबंधक|मैनेजर|संस्थापक|कार्यालय|वेतन|अनुबंध|रिज्यूमे|अनुभव
1 अकाउंटेंट|शिक्षक|ड्राइवर|सहायक|नर्स|विश्लेषक|लेखाकार|डिजाइनर
1 अगला_कदम|अगला_चरण|अगले_चरण|अगले_दौर
2 aapki_profile|aapka_resume|aapka_cv|aapki_application|aapke_application
1 role|position|resume|cv|office|hr|company|profile|experience|salary|joining|interview
""",
    "IF": """
1 होने_पर|होने_की_स्थिति|यदि|अगर ~6
1 hone_par|agar|yadi ~6
""",
}
