"""English phrases. The language of the lines is `rules_phrases`; labels are in `rules_lexicon`."""

# ruff: noqa: E501  # a phrase stands on one line

ENGLISH = {
    "REJECTION": """
5 unfortunately|regret|regrettably|sadly|sorry|afraid ~20 not|unable|decided|won't|cannot|can't ~4 move|moving|proceed|proceeding|progress|progressing|continue|continuing|advance|advancing|go|going|take|taking ~5 forward|ahead|further|application|candidacy|candidature|process|you|round|stage
5 @not ~3 be? moving|move|proceed|proceeding|progressing|progress|going|go|taking|take|advancing|advance|continuing|continue|pursuing|pursue ~4 forward|ahead|further|next ~3 with|application|candidacy|you|at|in|on|to|stage|round|step|for
5 @not ~3 be? proceeding|proceed|progressing|progress|advancing|advance|continuing|continue|pursuing|pursue ~2 with|your|you ~3 application|candidacy|candidature|you|profile|process
5 @not ~2 moving|move|proceed|proceeding|progressing|going|taking ~5 forward|ahead|further
5 decided|chosen|chose|elected|opted|going|choosing ~3 move|proceed|go|pursue|progress|continue|moving|proceeding ~3 forward|ahead|with|to? ~2 other|another|different|alternative|more ~3 candidate*|applicant*|person|individual|direction|profile*|qualified
5 decided|chosen|elected|opted|decision ~6 other|another|different|alternative|stronger|more ~4 candidate*|applicant*|profile*
5 move|moving|proceed|proceeding|progress|going|go|gone|went|moved|continue|continuing ~2 with|forward|ahead ~3 other|another|different|someone|candidates ~3 candidate*|applicant*|else|whose|direction
5 pursue|pursuing ~2 other|another|different|alternative ~1 candidate*|applicant*|direction
5 position|role|vacancy|job|post|opening|spot ~3 been|is|was|already ~2 filled|closed|cancelled
3 filled ~2 the|this ~1 position|role|vacancy|job
5 @not ~2 been? selected|shortlisted|successful|chosen|considered|retained ~8 position|role|interview|process|round|stage|application|job|vacancy|on_this_occasion|this_time|for
5 application|candidacy|you|candidature ~3 not ~2 successful|selected|shortlisted|accepted|advanced|retained|chosen|considered
4 unsuccessful ~6 application|candidacy|occasion|time|candidate
4 application|candidacy|candidature ~6 unsuccessful|rejected|declined
5 application ~3 has_been|was ~2 rejected|declined|denied
5 unable|not_able|not_in_a_position|cannot|can't ~3 offer|extend ~2 you|position|role|offer|job
5 @not ~3 offer|offering ~2 you ~2 the|this|a|an|position|role|job|place|interview|internship
5 @not ~2 extend|extending|make|making ~2 an|you ~2 offer
5 regret ~2 inform ~12 not|unable|another|other|filled|unsuccessful|declined|rejected
4 regret ~2 inform
5 unfortunately|regret*|sadly ~12 other|another|stronger ~1 candidate*|applicant*
5 other|another|more ~4 candidate*|applicant* ~12 more ~2 closely|suitable|aligned|fit
5 candidate* ~6 more_closely|better_match*|better_align*|better_suited|closer_match|closely_match*|closely_align*
4 no_longer ~2 under|considering|considered|being|in ~4 consideration|application|you|process|considered|running
4 no_longer ~3 moving|proceeding ~1 forward|with
4 unfortunately|sadly|regret* ~12 not_be ~2 able|inviting|offering|continuing|considering|selecting
5 won't|will_not|cannot|can't|unable ~3 invite|inviting|consider|considering|shortlist ~2 you|your ~4 interview|application|candidacy|further|next|this|position
5 @not ~2 inviting|invite ~2 you ~4 interview
4 decided ~2 not ~2 to|move|proceed|pursue|advance|continue|extend|hire
4 @not ~1 the? right|best|strong|good|close ~1 fit|match ~6 role|position|now|time|team|us|what
4 @not ~2 fit|match ~6 requirement*|need*|what_we|role|position
4 keep|retain|hold ~3 your ~3 resume|cv|details|profile|application|information ~3 on|in ~2 file|database|record*|pool ~3 future|other
2 keep|retain ~3 your ~3 resume|cv|details|profile|application|information ~3 on|in ~1 file|database
2 wish ~3 best|success|luck|well ~6 search|future|endeavo*|career|job|hunt
2 encourage|invite|welcome ~2 you ~2 to ~3 apply|reapply ~5 future|other|again
2 difficult|tough|hard ~1 decision|choice
2 highly|very|extremely ~1 competitive
2 large|high|overwhelming|many|strong|record ~2 number|volume|pool|response|interest ~2 of? ~2 application*|applicant*|candidate*|qualified|applications
4 @not ~4 able ~2 to ~2 proceed|progress|move|continue|take ~4 with|forward|further
5 hiring|recruitment|requisition|search ~4 on_hold|put_on_hold|been_cancelled|been_paused|been_frozen
4 position|role|requisition ~4 on_hold|been_cancelled|cancelled|withdrawn|no_longer_available|no_longer_open|been_closed
4 chosen|selected|hired|offered ~3 another|other|different|internal ~1 candidate|applicant|person
4 someone|candidate ~6 more ~2 experience*|relevant|suited
5 withdraw|withdrawn|rescind|rescinded ~4 offer
5 offer ~2 withdrawn|rescinded|revoked
5 decision|decided ~2 not ~1 to|continue|move|proceed
3 other|another|different|stronger ~1 candidate*|applicant*
2 unfortunately|regret|regrettably|sadly
1 sorry|afraid|disappointed
3 it's_a_no|not_this_time|this_time
4 won't ~3 working_together|joining
4 pass|passing ~2 on|for ~2 your|this|now|candidacy
5 appointed|hired|selected|chose|chosen|picked|went|gone|going|go|offered ~4 another|someone|other|different|internal ~2 candidate*|applicant*|who|else|person|with
5 decided|decision ~3 close|cancel|pause|freeze ~3 role|position|search|vacancy|opening
4 @not ~3 match|fit|align|meet ~6 looking_for|requirement*|need*|criteria|right_now|role|position
5 @not ~3 extend|extending|make|making ~3 offer
3 disappointing|discouraged|not_the_news|not_the_outcome|close_call
3 thank ~5 interview* ~20 unfortunately|however|regret
4 update ~2 on|about ~3 application ~8 not_selected|unsuccessful
""",
    "OFFER": """
5 pleased|delighted|happy|excited|thrilled|glad|like|love|proud ~3 offer ~1 you ~4 position|role|job|post|internship|employment|opportunity|placement|apprenticeship|contract|full|the
5 pleased|delighted|happy|excited|thrilled|glad|like|love|proud ~4 extend|make|present|confirm|send|share ~4 offer|offer_letter ~8 position|role|job|employment|internship|join|of|to|for|letter|from|you
5 offer_letter|employment_offer|job_offer|offer_of_employment|employment_contract|contract_of_employment|letter_of_offer ~8 attached|enclosed|sign|signed|signature|review|accept|find|ready|below|link
5 attached|enclosed|find|sign|review|accept|sending|send ~6 offer_letter|employment_offer|job_offer|offer_of_employment|employment_contract|contract_of_employment|employment_agreement|letter_of_offer|written_offer|formal_offer
5 ^ ~3 offer_letter|job_offer|employment_offer|offer_of_employment|letter_of_offer|formal_offer|written_offer|verbal_offer ~8
5 extend* ~3 offer ~6 employment|join|position|role|you|internship
4 offer ~2 to_join
4 make|making|extend|extending ~1 you ~2 offer
5 got_the_job|hired_you|letter_of_intent
5 offer|contract ~3 for|as ~2 position|role|post ~3 of|as
5 formal|official|written|verbal|conditional|unconditional ~1 offer ~3 of|for|to|letter|as|from|and|in|by|is|will|with|today
4 accept|decline|sign|consider|counter* ~2 offer|our_offer ~4
3 offer ~6 expires|valid|deadline|respond|decision|by
4 starting|base|annual|gross|monthly ~2 salary|compensation|ctc|pay ~6 of|will|is|be
3 salary|compensation|package|equity|bonus|benefits|ctc|lpa
3 start_date|joining_date|date_of_joining|first_day|notice_period
4 welcome ~2 to|aboard|onboard ~3 team|aboard|company|family
2 welcome_aboard|welcome_to_the_team
3 congratulations|congrats
4 selected ~2 for|as|to ~4 position|role|post|job|join
5 congratulations|congrats ~12 offer|selected|hired|job
5 you|you've|you_are ~2 got ~1 the ~1 job|position|role
4 we ~3 want|like|love ~2 you ~2 to ~2 join ~2 us|team|as
5 we_would_like|we'd_like|we'd_love|we_would_love|want ~2 hire ~1 you
4 your_offer ~2 from|with|at|is|has|letter|package|details
4 revised|updated|signed|countersigned ~2 offer|contract
5 details|terms|summary|breakdown ~3 your|our|the|job ~1 offer
5 our|your|the|formal ~1 offer ~8 salary|equity|base|bonus|vacation|compensation
3 our_offer|formal_offer|written_offer|offer_details
4 thrilled|happy|excited|moon|love ~6 you ~1 join|joined|joining ~2 us|team
4 discuss|walk|go ~4 offer ~3 details|package|letter|with|over|call|and
2 background_check|onboarding|pre-employment
""",
    "INTERVIEW": """
5 invite|inviting|invited|invitation ~6 interview|interviews|phone_screen|onsite|on-site|screening_call|video_call|assessment_centre|assessment_center|superday|hiring_manager
4 invite|inviting ~2 you ~5 call|meet|meeting|chat|conversation|session|discussion
5 interview ~2 invitation|invite|request|confirmation|confirmed|scheduled|schedule|reminder|rescheduled|details|appointment|availability|slot*|booked|set|update
5 schedule|scheduling|arrange|arranging|book|set_up|setting_up|organise|organize|reschedule|rescheduling|confirm|coordinate|setup|booking|plan ~6 interview|interviews|phone_screen|screening_call|screen|onsite|intro_call|introductory_call|first_call
4 schedule|scheduling|arrange|book|set_up|setting_up|organise|organize|reschedule|pick|choose|select|find|hop_on|jump_on|have|plan ~5 call|chat|conversation|time|slot|meeting|zoom|discussion
5 interview* ~8 scheduled|confirmed|rescheduled|moved|postponed|booked|arranged|tomorrow|today|starts|begins|takes_place|will_be|will_take|cancelled|canceled
5 confirm*|reminder|upcoming|rescheduled|moved ~6 interview
5 reminder ~4 interview
4 your ~4 interview ~5 with|at|for|on|is|has
4 interview ~4 with ~8 on|at|tomorrow|for|monday|tuesday|wednesday|thursday|friday
3 ^ interview|phone_screen|onsite|on-site
5 like|love|want|keen|happy|excited ~3 interview ~1 you
5 like|love|want|keen|happy|excited ~3 speak|talk|meet|chat|connect|learn ~5 with|you|more ~12 role|position|application|background|experience|opportunity|team|fit
4 like|love|want|keen|happy|excited ~3 speak|talk|meet|chat|connect ~2 with ~1 you
4 speak|talk|chat|meet|conversation|call ~4 with ~4 hiring_manager|recruiter|team_lead|engineering_manager|our_team|the_team|head|cto|founder|ceo|director
5 hiring_manager ~4 like|love|wants|want ~2 to? ~1 meet|speak|talk|chat|interview
4 let_us_know|let_me_know|share|send|provide|advise|what|confirm ~4 availability|available ~8
3 availability|available ~8 week|call|interview|next|time*|slot*|monday|tuesday|wednesday|thursday|friday|chat
4 shortlisted|short-listed|selected|progressed|moved|through|advanced|chosen|passed|advancing ~6 interview|next_round|next_stage|final_round|second_round|first_round|interviews|onsite|technical_round
4 move|moving|progress|advance|proceed|take|invite|moved ~4 forward|ahead|you|next|onto|on|to|with ~6 interview|next_round|next_stage|final_round|second_round|phone_screen|onsite|final_stage
3 move|moving|progress|progressing|advance|proceed|take|continue|pleased|happy ~4 you|your ~3 to? ~2 next ~1 stage|step|round|phase|steps
3 next ~1 round|stage|step ~3 is|will_be|would_be|of ~6 interview|call|conversation|chat|meeting|video
4 first|second|third|final|technical|panel|behavioural|behavioral|onsite|on-site|virtual|video|phone|telephone|telephonic|in-person|hr|culture|managerial ~1 interview|round|screen|discussion
4 phone|telephone|telephonic|video|recruiter|screening|intro|introductory|teams|zoom ~1 screen|call|interview|screening
3 meet ~3 team|hiring_manager|with_us
3 come|visit ~4 office|onsite ~6 interview|meet|discuss
5 interview ~4 cancel*|postponed|rescheduled|reschedule
5 cancel*|postpone*|reschedule* ~6 interview|phone_screen
4 new ~1 time|date|slot ~4 interview|call
3 interviewer*|panelist*
3 onsite|on-site ~6
2 agenda|directions|zoom_link|teams_link|meet_link
2 interview|interviews
5 interview ~2 will ~3 last|take|be|start|consist
4 you'll|you_will ~2 be? ~1 meet|meeting|speak|speaking|interviewing|talking ~2 with
4 attend ~4 interview
3 quick|short|brief|informal|intro ~1 call|chat|conversation|phone_call
4 got|have|spare ~2 # ~1 min|mins|minutes ~8 talk|chat|call|discuss
3 time|day|slot|tuesday|wednesday|thursday|monday|friday ~4 works|work|suits|suit ~3
3 interviewers|interview_panel|interview_link|join_the_interview|interview_loop|interview_format
4 use|click|follow|via ~4 link|calendly|calendar ~5 book|schedule|pick|select|choose|find ~3 time|slot|interview|call
4 link ~3 to? ~1 book|schedule|pick|select|choose
3 ^ accepted|invitation|updated ~3 interview
4 available|free|availability ~4 for|to ~4 interview|call|chat|phone|meet|speak|talk|conversation
5 reach*|progressed|through|made_it|invited|selected|shortlisted|advanced|successful ~5 interview ~1 stage|round|phase|process
5 candidate|applicant ~1 interview|visit|day
4 interview ~2 panel|board|committee|day|date|time|slot|room|location|venue
4 appear ~2 before ~4
4 committee|panel|board|jury ~4 like|wish*|want* ~3 hear|see|meet|interview
4 presentation ~6 questions|followed|committee|panel|minutes
5 progressed|progress|through|advanced|moved|made_it|selected|invited|shortlisted ~3 to|for ~2 final|panel|second|next|last|onsite ~1 panel|round|stage|interview
5 interview ~2 availability|loop|panel|slots
4 deliver|give|prepare|hold ~3 presentation|talk|lecture|lesson ~6
""",
    "ASSESSMENT": """
5 coding|technical|online|programming|skills|aptitude|cognitive|psychometric|personality|algorithm*|sql|design|case|situational|logic*|numerical|language|typing|game-based|practical|pre-employment ~1 challenge|test|tests|assessment|assessments|exercise|assignment|task|questionnaire|screening_test|quiz
5 take-home|takehome|take_home|home_assignment|homework
5 coding_challenge|code_challenge|codesignal|hackerrank|codility|testgorilla|coderbyte|hirevue|hackerearth|karat
5 complete|take|finish|submit|start|begin|attempt|invited|invite|invitation|invites|sent|send|sit|do ~8 assessment|assessments|test|tests|challenge|challenges|assignment|questionnaire|exercise|exercises|case_study|exam|quiz
4 assessment|test|challenge|assignment|exercise ~6 link|deadline|expires|expire|complete|submit|within|due|by|minutes|hours|invitation|invite|reminder
5 one-way|on-demand|pre-recorded|prerecorded|asynchronous|self-recorded ~2 video|interview|responses|answers|questions
4 case_study ~6 prepare|complete|submit|send|attached|present
4 work_sample|writing_sample|code_sample|trial_task|technical_task|test_task|sample_project
3 days|hours ~4 to ~2 complete|submit|finish
3 within ~4 hours|days ~4
3 assessment ~1 reminder|invitation|pending|expires
4 psychometric|aptitude|cognitive|personality ~1 test|tests|testing|assessment*|evaluation
4 undertake|required|requested ~6 test|tests|testing|assessment|assessments|round
4 personality|cognitive|reasoning ~1 questionnaire|profile|assessment|test
3 timed|proctored|minutes_long
2 assessment
""",
    "ONEWAY": """
5 one-way|on-demand|pre-recorded|prerecorded|asynchronous|self-recorded|recorded ~2 video? ~1 interview|responses|answers|questions
5 record ~6 answers|responses|yourself|video
5 hirevue|spark_hire|vidcruiter|willo
""",
    "APPLIED": """
5 thank|thanks ~2 for|you ~2 for? ~3 applying|application|apply|submitting|submission ~6
5 application|cv|resume|submission|candidacy|candidature ~6 received|submitted|sent|forwarded|landed|passed_on|registered|confirmed|arrived|under_review|being_reviewed|in_review|delivered|recorded|acknowledged
5 received|got|confirm|acknowledge|acknowledging|confirming ~5 your ~3 application|cv|resume|candidacy|submission|candidature
5 application ~2 confirmation|received|submitted|acknowledgement|acknowledgment|receipt
5 successfully ~1 applied|submitted|received ~6
4 you ~3 applied ~2 to|for|at
4 reviewing|review|reviewed|viewed|considering|look|reading ~3 your ~3 application|profile|cv|resume|qualifications|materials
4 application ~3 viewed|opened|seen|reviewed|downloaded|in_progress|being_processed|being_considered
3 still ~3 reviewing|review|considering|evaluating|process
2 your_application
2 application_status|status_of_your_application
3 thank|thanks ~3 interest ~2 in ~8
3 hear ~2 from_us|back ~8
3 contact ~2 you ~6 if|next_steps|should|soon
3 referred|referral ~6 application|position|role|you
4 withdrawn ~4 your|application
""",
    "JOB": """
1 application|applications|applying|applied|applicant|applicants
1 candidate|candidates|candidacy|candidature
1 position|vacancy|job_opening
1 role|roles
1 recruiter|recruiting|recruitment|recruiters
2 hiring|hiring_manager|hiring_team|talent_acquisition|talent_team|people_team|recruiting_team
1 interview|interviews|interviewing|interviewer|interviewers
1 resume|cv|cover_letter
1 career|careers|employment|internship|engineer|developer|analyst|designer|manager|intern|scientist
1 join ~2 team
1 take-home|salary|onboarding|equity|start_date|hiring_process|probation
1 job ~2 offer|interview|application
""",
    "NOISE": """
5 new|recommended|matching|similar|top|more|latest|hot|these|fresh|suggested ~2 jobs|roles|openings|vacancies|positions ~5 for_you|matching|match|near|in|recommended|posted|today|you|this_week|your
5 job|jobs ~1 alert|alerts|digest|recommendation*|match*|newsletter
5 jobs ~3 for_you|you_may|you_might|matching|picked|near_you|based_on
4 # ~2 jobs|openings|vacancies ~4 match*|found|posted|in|near|for
5 is|are|we're|we_are|now|who's ~1 hiring ~6
5 be|is|are ~2 hiring ~3 apply|now|for
4 apply_now|view_job|see_all_jobs|view_all|easy_apply|see_jobs|browse|explore ~2 jobs|roles|openings
5 viewed|looked_at|visited|appeared|searched ~3 your_profile|you|in ~3
5 profile_view*|search_appearances|people_you_may_know|who_viewed|who's_viewed|connection_request|invitation_to_connect|endorsed
5 newsletter|unsubscribe_from_this_newsletter|weekly_digest|weekly_roundup|roundup|monthly_digest
5 webinar|masterclass|bootcamp|boot_camp|hackathon|meetup|tech_conference|annual_conference|summit|online_workshop|free_workshop|workshop_series|career_fair|job_fair|open_day|livestream|podcast|virtual_event ~12
5 register|rsvp|save_your_seat|save_your_spot|sign_up|enroll|enrol|reserve ~6 event|webinar|session|seat|spot|course|class|workshop|now|today|free|program*|cohort
5 interview|resume|cv|career|salary|negotiation|job_search|coding_interview ~2 tips|guide|advice|hacks|secrets|questions|prep|preparation|coach|coaching|course|template*|mistakes|guides|cheat_sheet|report|trends|benchmark*|masterclass|insights
5 ace|nail|crack|master|prepare|land|smash|boost|improve|practice ~3 next|your|any|dream ~3 interview*|job|resume|cv|offer
5 mock_interview*|interview_practice|practice_interview|interview_simulator|interview_warmup
5 survey|feedback|rate|tell_us ~8 interview|recruitment|hiring|candidate|application|apply ~3 experience|process
5 candidate|interview|application ~1 experience ~4 survey|feedback|rate|score
5 survey|questionnaire|survey_panel ~8 gift_card|reward*|prize|voucher|sweepstake*
5 earn|win|get ~3 reward*|gift_card|prize|points
5 survey|questionnaire ~6 minutes|short|opinion|feedback|experience|help_us
4 rate ~4 experience|company|interview
4 how ~2 was|did ~4 interview ~4 go|experience|with
5 salary_guide|salary_report|salaries|salary_calculator|salary_insights
5 # off
5 sale|discount|coupon|promo|promo_code|voucher|deals|black_friday|cyber_monday|flash_sale|free_shipping|buy_one
5 limited ~1 time ~1 offer
5 special|exclusive|great|best|amazing|unbeatable|personal|introductory|summer|weekend|welcome|today's|hot|our|new|latest ~1 offer|offers|deal|deals ~8
4 upgrade|premium|subscribe|subscription|trial|membership|free_trial
5 came_across|stumbled|found ~3 your ~2 profile|linkedin|resume|background|github|cv
5 open|interested|curious ~3 to|in|about ~3 new|exploring|hearing|other|exciting|this ~2 opportunit*|role*|position*|challenge*|offers
5 exciting|great|amazing|new|urgent|immediate ~2 opportunit*|opening|requirement|job_opportunity|role ~10 client|our_client|reach|profile|interested|share|you
5 caught_my_eye|i'm_recruiting_for|we're_recruiting_for|i_am_recruiting_for|great_fit_for_a|perfect_for
4 think|thought|believe ~1 you ~1 could|might|may|would ~1 be ~2 fit|match|interested
4 my|our ~1 client ~8 looking|seeking|hiring|searching|is|in
4 would_you_be|are_you|if_you_are|if_you're|might_be ~2 interested|open ~6 role|opportunit*|chat|position|hearing|job|move
4 share|send|forward|reply ~5 updated|latest|your ~1 resume|cv
4 course|certificate|certification|learn|learning_path|curriculum|bestseller|lessons|tutorial
4 password|verification_code|verify_your_email|security_code|one-time|login|sign-in|sign_in|two-factor|confirm_your_email|activate_your_account|log_in_code
4 privacy_policy|terms_of_service|data_retention|retain_your_data|data_protection ~6 updat*|chang*|consent|expire*
4 complete|finish|update|improve|strengthen ~3 your ~1 profile|application|account
5 complete|finish|continue ~3 your ~2 application ~4 today|before|now|started|incomplete|draft
3 unsubscribe|manage_preferences|email_preferences|view_in_browser|opt_out|update_your_preferences
4 receipt|invoice|payment|order|shipped|delivery|parcel|refund|your_booking|reservation|tracking_number|statement
4 you_are_invited|you're_invited|join_us ~8 event|party|dinner|celebrat*|webinar|meetup|launch|talk|evening|night|session
4 blog|article|read_more|this_week_in|top_stories|trending
4 refer ~2 a? ~1 friend
4 followers|liked|commented|mentioned ~3 you|your|post
3 anniversary|birthday|congratulate
""",
    "AWAY": """
5 loan|mortgage|credit_card|insurance_policy|insurance_quote|credit_limit|overdraft|cashback|annual_fee|interest_rate|apr|debit_card|savings_account|pre-approved|preapproved
5 visa|passport|immigration|biometric* ~3 appointment|application|interview|applicant|officer|office|fee
3 consulate|embassy|biometric*|green_card|citizenship
5 dentist|dental|doctor|medical|physiotherap*|surgery|optician|gp|therapist|vet|veterinary|clinic|hospital|check-up ~5 appointment|visit|consultation|treatment
5 appointment|visit|consultation ~6 dentist|dental|doctor|physiotherap*|surgery|optician|gp|therapist|vet|clinic|hospital|dr
3 dentist|dental|patient|physiotherap*|vaccin*|blood_test|eye_test|health_check|optician
5 mobile|phone|broadband|internet|electricity|gas|energy|tariff|wireless ~2 contract|plan|tariff|offer|deal|bill|provider
5 apartment|flat|landlord|tenancy|lease|viewing|real_estate ~12
5 grant|scholarship|talk|paper|abstract|proposal|loan|mortgage|visa|passport|membership|rental|tenancy|planning|credit_card|citizenship|benefit|permit|licence|license|parking ~1 application|submission|was_not_selected|proposal
5 application ~2 for ~3 permit|licence|license|loan|visa|passport|grant|membership|credit_card|card|benefit|benefits|mortgage|parking|account|citizenship
5 submitting|submission ~3 talk|paper|abstract|proposal|manuscript
4 flight|your_booking|cruise|ticket*|concert|cinema|your_stay|hotel_booking|travel_deals
2 hotel|holiday|booking|travel|restaurant
4 parent-teacher|parents|kindergarten|daughter|your_son|my_son|university_admission|admission|admissions|scholarship|undergraduate|master's_program*|phd_program*|semester|tuition
4 gym|fitness|yoga|haircut|salon|car_service|mechanic|driving_test|driving_licen*|mot
5 offer ~4 on|for ~2 your ~3 house|car|home|flat|property|item|listing|bid
4 podcast|journalist|magazine|press ~4 interview
4 date_night|wedding|barbecue|bbq
4 covid|pregnancy|drug|std ~1 test
4 book_club|choir|band|football|match_day
4 interview ~4 with ~4 author|actor|president|minister|singer|celebrity|expert*|bestsell*
4 user|customer|usability|product ~1 research|interview|interviews|feedback
4 policy|policyholder|premium_due|claim_number|coverage
""",
    "SCAM": """
3 whatsapp|telegram|signal|google_hangouts|hangouts ~10 recruiter|hr|manager|contact|interview|message|text|add|onboard*
3 contact|message|text|add|reach|chat|write ~8 on|via|through|at ~2 whatsapp|telegram|hangouts
5 no ~2 interview ~2 required|needed|necessary
5 without ~3 interview
5 registration|processing|training|security|application|refundable|onboarding|equipment|visa ~1 fee|deposit|charge|charges|fees
5 pay|send|transfer|deposit ~8 fee|bitcoin|crypto|usdt|gift_card*|western_union|deposit|btc
5 bitcoin|crypto|usdt|cryptocurrency|gift_card*|western_union|moneygram ~20
4 earn ~4 per_day|daily|per_week|weekly|from_home|a_day|a_week|per_hour
4 work_from_home ~10 earn|daily|weekly|easy|simple
4 data_entry ~12 per_hour|hourly|weekly|home
4 no_experience ~2 required|needed|necessary
4 deposit|cash|cashier* ~2 check|cheque ~6
4 bank ~1 account|details|login ~8 direct_deposit|send|provide|reply|share|number
4 ssn|social_security|passport_copy|aadhaar ~4
3 instant ~1 hire|hiring|joining
""",
    "IF": """
1 if|should|once|when|provided ~4 profile|qualification*|skills|background|experience|application|candidacy|resume|cv ~4 match*|meet*|fit*|suit*|selected|shortlisted|aligns|align|successful|is|are|correspond*
1 if ~4 fit|match|interest|alignment ~2 for|with|between
1 such_as ~6
1 if ~2 selected|shortlisted|successful|chosen|suitable|qualified|there_is_a_match|a_match|interested|we_feel|we_think|we_decide|we_would_like|we'd_like|we_see
1 if ~3 you ~2 are|appear|seem|re ~3 selected|shortlisted|successful|fit|match|suitable|chosen
1 should ~2 you ~2 be ~2 selected|shortlisted|successful|invited|suitable
1 should|if ~3 team|we|recruiter|hiring_manager ~6 like|wish|want|decide ~4
1 may|might|could ~3 invite|invited|contact|ask|asked|include|be_invited|request
1 typically|usually|generally|our_process|hiring_process|interview_process|selection_process ~10 consist*|include*|involve*|steps|stages|look*
1 selected|shortlisted|successful ~1 candidates|applicants ~6 will|are
1 followed_by|what_happens_next ~12
1 only ~5 shortlisted|selected|successful ~1 candidates|applicants
1 candidates|applicants ~3 who|selected|whose ~8 will|are ~3 contacted|invited
1 in_case|in_the_event ~12
1 you ~2 will ~2 be ~2 contacted|notified|informed ~4 if
1 whether ~4 profile|qualif*|experience|suitable|fit
1 how_things_work|how_it_works|how_we_hire|what_to_expect|process_works|our_stages ~6
1 first ~4 call|interview|chat|screen ~6 then
1 assume ~5 not|unsuccessful
1 if ~4 not ~3 heard|hear|contacted|received
1 interviews ~1 will|planned|expected|scheduled|likely ~6 take_place|held|week|january|february|march|april|may|june|july|august|september|october|november|december
""",
    "DONE": """
5 thank|thanks ~3 completing|submitting|taking|doing|finishing ~6 challenge|assessment|test|assignment|exercise|take-home|project|questionnaire
5 received|reviewed|loved|liked|enjoyed ~4 challenge|test|assignment|exercise|take-home|submission|solution
""",
    "PAST": """
3 following|after|since|thank|thanks|enjoyed|completing|attending|during ~6 interview|interviews|interviewing
3 how ~3 interview ~2 go|went
""",
    "ANEW": """
4 like|love|want|invite|keen|happy ~6 interview|meet|talk|speak|chat|consider|discuss ~10 another|different|other|alternative|similar|second ~3 role|position|opening|team|opportunity|vacancy
4 another|different|other|alternative ~3 role|position|opening|team|opportunity ~14 interview|call|chat|speak|talk|schedule|availab*|conversation
""",
    "INJECT": """
5 ignore|disregard|forget|override ~4 previous|prior|above|all|earlier|your ~3 instructions|instruction|prompts|prompt|rules
5 classify|label|categorise|categorize|mark|classified|output|respond|answer ~6 as|with|type|event ~3 offer|interview|applied|rejection|assessment|other
5 event_type ~3 offer|interview|applied|rejection|assessment|other
5 system_prompt|language_model|ai_assistant|ai_model|as_an_ai|json_output
""",
    "CANCEL": """
4 interview|call|phone_screen|meeting ~8 cancel*|called_off
4 cancel* ~8 interview|call|phone_screen|meeting
""",
}
