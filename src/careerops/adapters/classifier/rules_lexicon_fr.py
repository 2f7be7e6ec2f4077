"""French phrases. The language of the lines is `rules_phrases`; labels are in `rules_lexicon`."""

# ruff: noqa: E501  # a phrase stands on one line

FRENCH = {
    "REJECTION": """
5 malheureusement|regret|regrettons|regrette|navrés|désolés|hélas ~25 ne|pas|autre*|pourvu|défavorable|négative|n|non
5 ne|n ~6 pas|plus ~3 donner|donnerons|donne|donnons ~3 suite
5 pas ~6 suite ~2 favorable|positive|à_votre|à_ta
5 pas ~4 retenu|retenue|retenir|retiendrons|sélectionné|sélectionnée|sélectionner|poursuivre|poursuivrons|aboutir|abouti ~5
5 candidature ~6 pas|n ~5 retenue|aboutir|abouti|sélectionnée|retenu
5 candidature ~5 non|refusée|rejetée|écartée|déclinée ~2
5 réponse|suite|issue ~1 négative|défavorable
5 poste|offre ~4 pourvu|pourvue|clos|close|fermé|annulé|suspendu
5 autre|autres|d'autres ~2 candidat*|profil* ~10 adéquation|correspond*|proche|proches|retenu*|choisi*|adapté*
5 orienté*|choisi|retenu|sélectionné|porté|opté|poursuivre|décidé|arrêté ~6 autre|autres|un_autre|d'autres ~2 candidat*|profil*|personne*
4 pas ~5 correspond*|adéquation ~6 profil|poste|critères|recherche*|attentes|besoins
2 malheureusement|regret|regrettons|désolés
3 autre|autres ~1 candidat*|profil*
4 profil|candidature ~5 pas ~4 correspond*|adéquation
4 conserver*|conservons|gardons|garderons ~5 candidature|cv|profil|dossier|coordonnées ~6 futur*|ultérieur*|base|vivier
2 souhaitons|souhaite ~5 succès|réussite|bonne_continuation|meilleur|chance ~6
2 bonne_continuation|pleine_réussite
2 grand|nombreuses|nombre|important ~2 candidatures|candidats
4 ne_pouvons|ne_pourrons|ne_sommes_pas|ne_serons_pas ~6 poste|offrir|proposer|favorable*|inviter|recevoir|poursuivre
""",
    "OFFER": """
5 proposer|offrir|proposons|offrons|offre ~6 poste|contrat|cdi|cdd|stage|emploi|alternance ~4
5 promesse_d'embauche|offre_d'embauche|lettre_d'embauche|proposition_d'embauche|proposition_de_contrat|contrat_de_travail|lettre_d'engagement ~8 joint*|pièce|signer|signature|signé|ci-joint*|vous|retour*|envoy*|de|pour
5 joint*|ci-joint*|pièce_jointe|signer|envoyer|adresser|transmettre|retourner|trouverez|envoyons ~7 promesse_d'embauche|offre_d'embauche|contrat_de_travail|contrat|lettre_d'embauche|proposition_d'embauche
5 ^ promesse_d'embauche|offre_d'embauche|proposition_d'embauche|contrat_de_travail
5 plaisir|heureux|heureuse|ravis|ravi|joie|enchantés ~6 proposer|offrir|accueillir|faire_une_offre|confirmer ~6 poste|équipe|offre|embauche|recrutement|parmi
5 vous|t ~2 embaucher|recruter ~4
5 confirm* ~4 embauche
5 candidature|profil ~4 été|est ~1 retenue|retenu|acceptée ~4 pour|poste
5 avez|as|êtes|es ~2 été? ~2 sélectionné*|retenu*|recruté*|choisi* ~2 pour ~2 poste|stage|alternance|rejoindre
3 rémunération|salaire|brut|prise_de_poste|période_d'essai|date_d'entrée|date_de_début|embauche
3 félicitations
3 bienvenue ~4 équipe|bord|sein|chez|parmi
""",
    "INTERVIEW": """
5 invit*|convi*|convoqu*|propos*|planifi*|programm*|fixer|fixons|organis*|convenir|confirm*|report*|reprogramm*|décal* ~7 entretien|entretiens|entrevue|visioconférence|échange_téléphonique|rendez-vous_téléphonique|rendez-vous_rh|visio
5 invitation|convocation|confirmation|rappel|report|reprogrammation|annulation ~4 entretien|entrevue
5 entretien|entrevue ~8 confirmé|programmé|planifié|reporté|annulé|prévu|fixé|aura_lieu|décalé|téléphonique|lundi|mardi|mercredi|jeudi|vendredi|demain
5 votre|ton|un|l|premier|second|deuxième|prochain|dernier ~1 entretien ~4 avec|pour|technique|téléphonique|rh|vidéo|physique|final|d'embauche|de_recrutement|est|en|du|le
5 rencontrer|échanger|discuter|faire_connaissance|vous_connaître ~5 entretien|poste|candidature|parcours|équipe|profil
4 aimerions|souhaiterions|souhaitons|serions|aimerais|souhaiterais|souhaite|ravi* ~5 rencontrer|échanger|discuter|appeler|faire_connaissance
4 disponibilités|disponibilité|créneau|créneaux
3 disponible|disponibles ~8
4 prochaine|seconde|deuxième|suivante|dernière|première ~1 étape|phase ~6
4 passez|passé|accédez|franchi|poursuivre|continuer ~5 étape|tour|phase|processus
4 choisir|sélectionner|réserver|choisissez|réservez|sélectionnez|indiquer ~4 créneau|horaire|date|rendez-vous
3 visioconférence|visio|appel ~6
1 recruteur|recruteuse
2 entretien
""",
    "ASSESSMENT": """
5 test|tests|exercice|évaluation|questionnaire|défi|challenge|épreuve|cas ~2 technique*|en_ligne|codage|code|programmation|pratique*|personnalité|aptitude*|compétences|psychotechnique*|cognitif*|logique|anglais|psychométrique*|étude
5 test_technique|étude_de_cas|cas_pratique|test_de_code|test_de_recrutement|mise_en_situation|test_de_personnalité
5 réaliser|compléter|passer|effectuer|remplir|terminer|rendre|soumettre|réalisez|complétez|passez|finaliser ~6 test|exercice|évaluation|questionnaire|défi|challenge|épreuve|étude_de_cas|cas_pratique
5 test|exercice|évaluation|challenge|épreuve|défi ~8 délai|heures|jours|lien|date_limite|expire|rendre|avant|minutes|réaliser|compléter
4 dans|sous|délai|disposez|avez ~6 heures|jours ~4
3 date_limite|échéance
""",
    "ONEWAY": """
5 entretien|vidéo ~2 différé*|enregistré*|préenregistré*|asynchrone
5 enregistrer|enregistrez ~5 réponses|vidéo
""",
    "APPLIED": """
5 remercions|merci|remercie ~8 candidature|candidater|postulé|postuler|intérêt
5 candidature|cv|dossier ~8 reçue|reçu|enregistrée|enregistré|transmise|envoyée|examinée|étude|étudiée|prise_en_compte|parvenue|transmis|cours|consultée|vue|déposée|traitement|examen
5 reçu|accusons|réception|reçue|enregistré|confirmons ~6 candidature|cv|dossier
5 accusé_de_réception ~8
5 avez|as ~2 postulé ~6
4 étudier|examiner|étudions|examinons|analyser|examinerons|étudierons ~6 candidature|cv|profil|dossier|attention
2 votre_candidature|ta_candidature
3 reviendrons|recontacterons|contacterons|contacter ~6
""",
    "JOB": """
2 candidature|candidatures|candidat|candidate|candidats|postulé|postuler|embauche
1 poste|emploi|stage|alternance|cdi|cdd
1 recrutement|recruteur|recruteuse|rh|ressources_humaines
1 entretien|cv|lettre_de_motivation
1 ingénieur*|développeu*|analyste|équipe|carrière|carrières
1 dossier|commission|vendeuse|vendeur|comptable|boulanger*|aide|agent*|emploi|travail|cuisinière|livreur|hôte|hôtesse|magasinier|chauffeur|apprenti*|alternant*|graphiste|juriste|professeur
""",
    "NOISE": """
5 nouvelles|nouveaux|dernières|meilleures|autres ~2 offres|emplois|jobs|opportunités ~6
5 offres|emplois|jobs ~4 pour_vous|pour_toi|recommand*|correspond*|similaires|semaine|intéresser|près
5 alerte|alertes ~2 emploi|emplois|offres|job
5 profil ~4 consulté|vu|visité
5 consulté|vu|visité ~2 votre_profil|ton_profil
5 recrute|recrutent|on_recrute ~6
5 newsletter|lettre_d'information|infolettre|désabonner|désinscrire|désinscription
5 webinaire|formation|atelier|salon|forum|conférence|bootcamp|masterclass|événement|cours_en_ligne|portes_ouvertes|soirée|mooc ~6
5 conseils|astuces|guide|erreurs|modèle*|questions|réussir|préparer|clés ~6 entretien*|cv|candidature|lettre|salaire*|emploi
5 enquête|sondage|avis|questionnaire ~8 satisfaction|recrutement|expérience|minutes|candidat
5 promotion|promo|réduction|soldes|remise|code_promo|livraison_gratuite|bon_plan|vente*|cadeau
5 offre|offres ~4 exclusive*|limitée*|spéciale*|exceptionnelle*|promotionnelle*|découverte|bienvenue|forfait|internet|fibre|mobile|client*
5 profitez|bénéficiez|économisez ~8
5 tombé*|découvert|vu|remarqué|repéré|consulté ~4 votre_profil|ton_profil|linkedin|parcours
5 à_l'écoute|ouvert|ouverte|intéressé|intéressée ~6 opportunité*|challenge*|marché|nouveau*|poste*
5 mon|notre|nos ~1 client|clients ~8
4 inscrivez-vous|abonnez-vous|inscris-toi|réservez_votre_place|je_m'inscris
4 facture|commande|colis|livraison|paiement|réservation|relevé
4 mot_de_passe|code_de_vérification|politique_de_confidentialité|vérifiez_votre|confirmez_votre|code_de_sécurité
4 complétez|améliorez|optimisez|mettez_à_jour ~2 votre ~1 profil|cv
5 terminez|finalisez|finaliser ~2 votre ~1 candidature
""",
    "AWAY": """
5 prêt|crédit|assurance|carte_bancaire|mutuelle|hypothèque|banque|conseiller_bancaire|livret|épargne|compte_courant
5 forfait|box|fibre|électricité|opérateur|abonnement ~6 mobile|internet|contrat|mois|offre|gaz|fibre|téléphone
5 contrat|offre ~3 forfait|box|fibre|électricité|mobile|gaz
5 visa|ambassade|consulat|passeport|préfecture|titre_de_séjour|naturalisation
5 rendez-vous ~6 médical*|dentiste|docteur|hôpital|dr|cabinet|clinique|vaccin*|garage|contrôle_technique|coiffeur|ophtalmo*
5 médecin|dentiste|doctolib|vaccination|ordonnance|kinésithérap*|ophtalmolog*|consultation_médicale
5 appartement|logement|loyer|bail|immobilier|visite_de_l'appartement|propriétaire
4 vol|hôtel|voyage|concert|billets
4 école|parents|inscription_universitaire|parcoursup|université|scolarité|bourse
""",
    "SCAM": """
3 whatsapp|telegram ~10 recruteu*|rh|contact*|écri*|message
3 contact*|écri*|ajoutez ~8 whatsapp|telegram
5 sans ~2 entretien ~4
5 aucun ~2 entretien ~3
5 payer|verser|virement|règlement|frais|caution ~8 dossier|formation|inscription|matériel|caution|bitcoin|coupon*|western_union
5 bitcoin|crypto*|usdt|carte_cadeau ~12
4 gagnez|gagner ~6 par_jour|par_semaine|domicile
4 sans_expérience|aucune_expérience
4 rib|pièce_d'identité ~8 envoy*|transmet*
""",
    "IF": """
1 si ~4 profil|candidature|expérience|cv|parcours ~6
1 si ~5 retenu*|sélectionné*|correspond*|intéresse*|convient
1 en_cas|dans_le_cas|le_cas_échéant|éventuellement
1 processus ~5 comprend|comporte|compose|déroule|consiste
1 candidats|profils ~2 retenus|sélectionnés|présélectionnés
1 sans_réponse|sans_nouvelles ~8
""",
    "ANEW": """
4 autre|différent ~2 poste|opportunité|rôle|offre ~14 entretien|échanger|rencontrer|discuter|appel
4 entretien|échanger|rencontrer|discuter|inviter ~10 autre|différent ~1 poste|opportunité|rôle
""",
    "PAST": """
3 suite_à|après|merci|remerci* ~6 entretien
""",
    "CANCEL": """
4 entretien|rendez-vous ~8 annulé|annuler|annulation
4 annulation|annuler|annulons ~5 entretien
""",
}
