"""Hindi phrases, Devanagari and romanised. Labels are in `rules_lexicon`."""

# ruff: noqa: E501  # a phrase stands on one line

HINDI = {
    "REJECTION": """
5 खेद|दुर्भाग्य*|अफसोस|क्षमा ~25 नहीं|असमर्थ|अन्य|दूसरे|भर|अस्वीकार|किसी_और
5 आवेदन|उम्मीदवारी|प्रोफाइल|आवेदन_पत्र ~8 आगे_नहीं|नहीं_बढ़ा|अस्वीकार|अस्वीकृत|खारिज|निरस्त|नहीं_चुना|चयनित_नहीं
5 आगे ~2 नहीं ~2 बढ़ा*|बढ़*|ले_जा*|रख*
5 चयन|चयनित|चुना|चुने|शॉर्टलिस्ट|सफल ~3 नहीं ~4
5 अन्य|दूसरे|किसी_अन्य|दूसरी ~2 उम्मीदवार*|प्रत्याशी*|आवेदक* ~8 चुन*|चयन|निर्णय|आगे|फैसला|नियुक्त
5 पद ~6 भर|भरा|बंद ~2 चुका|गया|दिया|लिया
4 भविष्य ~6 शुभकामना*
4 नौकरी|पद|ऑफर|प्रस्ताव ~5 नहीं ~2 दे|कर ~2
5 khed|afsos|durbhagya*|sorry ~25 nahi|nahin|asamarth|kisi_aur|dusre
5 aage ~2 nahi|nahin ~3 badh*|le_ja*
5 select|chayan|shortlist|selected|shortlisted|chuna|chayanit ~3 nahi|nahin ~3
5 position|pad|post ~5 bhar ~2 gaya|gayi|chuka|chuki|diya
5 kisi_aur|dusre|anya ~2 candidate*|ummeedwar*|ummidvar* ~6 chun*|select*|chayan
""",
    "OFFER": """
5 पद|नौकरी|भूमिका|रोजगार|इंटर्नशिप ~6 प्रस्ताव|ऑफर|पेशकश ~6
5 प्रस्ताव|ऑफर|पेशकश ~8 खुशी|प्रसन्नता|हर्ष|स्वीकार|हस्ताक्षर|संलग्न|बधाई
5 खुशी|प्रसन्नता|हर्ष ~12 प्रस्ताव|ऑफर|नियुक्त*|पेशकश
5 ऑफर_लेटर|नियुक्ति_पत्र|प्रस्ताव_पत्र|नियुक्ति ~4
5 बधाई ~10 चयन|चयनित|चुने|चुना|ऑफर|नौकरी
4 चयन|चयनित|चुना|चुने ~3 हो_गया|गया|हुआ|किया_गया|कर_लिया ~3
3 वेतन|ज्वाइनिंग|कार्यभार|सीटीसी|जॉइनिंग|बधाई
3 टीम ~3 स्वागत
5 offer_letter|niyukti_patra|job_offer ~8
5 naukri|position|job|pad ~6 offer|prastav ~5
5 badhai|mubarak ~12 select|selected|chayan|offer|chayanit
4 select|chayan|selected ~2 ho_gaya|ho_gayi|hua|ho_chuka ~3
3 salary|joining|vetan
""",
    "INTERVIEW": """
5 साक्षात्कार|इंटरव्यू|इन्टरव्यू ~8 आमंत्रित|निमंत्रण|निर्धारित|तय|बुला*|शेड्यूल|पुष्टि|अनुस्मारक|रिमाइंडर|स्थगित|रद्द|आयोजित|आमंत्रण|कन्फर्म|होगा|समय|पुनर्निर्धारित|बदल*
5 आमंत्रित|निमंत्रण|आमंत्रण|पुष्टि|अनुस्मारक|बुला*|निर्धारित|शेड्यूल|रिमाइंडर ~6 साक्षात्कार|इंटरव्यू|इन्टरव्यू
5 साक्षात्कार|इंटरव्यू|इन्टरव्यू ~2 के_लिए|हेतु ~6 पधार*|आएं|आना|उपस्थित|बुला*|आमंत्रित|आइए|कार्यालय
3 साक्षात्कार|इंटरव्यू|इन्टरव्यू ~1 के_लिए|हेतु ~3
4 आपका|आपके ~3 साक्षात्कार|इंटरव्यू|इन्टरव्यू ~6
4 उपलब्धता|उपलब्ध ~8
4 अगले|दूसरे|अंतिम|पहले|तकनीकी ~2 दौर|राउंड|चरण|साक्षात्कार
4 बात|बातचीत|मिलना|कॉल ~6 चाहते|चाहेंगे|चाहूंगा|चाहेंगी ~2
2 साक्षात्कार|इंटरव्यू|इन्टरव्यू
5 interview|saakshatkar|sakshatkar ~6 schedule|scheduled|fix|tay|invite|bulaya|bula*|rakha|confirm|nirdharit|amantrit|cancel|postpone|reschedule|hoga|hai
5 interview|saakshatkar|sakshatkar ~2 ke_liye|ka|ki ~8 aap*|invite|amantrit|time|samay|hai|bula*
5 amantrit|aamantrit|nimantran|bulana|bulaya ~6 interview|saakshatkar|sakshatkar
4 aapka|aapke|aapki ~3 interview|saakshatkar|sakshatkar ~4
4 baat|milna|call ~5 chahte|chahenge|chahunga|karna
3 uplabdh|uplabdhta|available ~6
""",
    "ASSESSMENT": """
5 ऑनलाइन|कोडिंग|तकनीकी|लिखित|योग्यता|व्यक्तित्व|टेक्निकल ~2 परीक्षण|टेस्ट|परीक्षा|मूल्यांकन|असाइनमेंट|चैलेंज|चुनौती|असेसमेंट
5 टेस्ट|परीक्षण|परीक्षा|मूल्यांकन|असाइनमेंट|चैलेंज|असेसमेंट|आकलन ~8 पूरा|पूर्ण|जमा|दें|देना|लिंक|घंटे|घंटों|दिन|दिनों|समय|समाप्त
5 पूरा|पूर्ण|जमा ~4 टेस्ट|परीक्षण|मूल्यांकन|असाइनमेंट|चैलेंज|असेसमेंट
4 घंटे|घंटों|दिन|दिनों ~2 भीतर|अंदर ~6
3 अंतिम_तिथि|समय_सीमा
5 online|coding|technical|aptitude ~1 test|assessment|pariksha|assignment|challenge ~6 pura|poora|complete|submit|dena|dijiye|kijiye|karein|karen
5 test|assessment|assignment|challenge|pariksha ~8 pura|poora|complete|jama|dena|dijiye|karein|karen|kijiye
4 ghante|ghanton|din|dinon ~2 andar|bheetar|bhitar|mein|me ~4
""",
    "APPLIED": """
5 आवेदन|आवेदन_पत्र|बायोडाटा|अर्जी ~8 प्राप्त|मिल|मिला|जमा|समीक्षा|सफलतापूर्वक|विचार|दर्ज|भेजा|धन्यवाद|पहुंच*
5 धन्यवाद|आभार|शुक्रिया ~10 आवेदन|अर्जी|आवेदन_करने
5 आवेदन ~6 धन्यवाद|आभार|शुक्रिया
4 आपका_आवेदन|आपके_आवेदन
4 समीक्षा ~6 संपर्क|करेंगे|रहे|करेगी
5 application|aavedan|avedan ~6 mil|mila|mili|prapt|submit|jama|received|review ~4
5 dhanyavaad|dhanyavad|shukriya|thanks ~8 apply|application|aavedan|avedan
5 apply|aavedan|avedan|application ~6 dhanyavaad|dhanyavad|shukriya
5 आवेदन ~4 दर्ज|स्वीकार_किया|मिला|मिल_गया
""",
    "JOB": """
2 आवेदन|उम्मीदवार|उम्मीदवारी|भर्ती|नियुक्ति
1 पद|भूमिका|नौकरी|करियर|रोजगार
1 साक्षात्कार|इंटरव्यू|एचआर|मानव_संसाधन|बायोडाटा|रिज्यूमे
1 टीम|कंपनी|डेवलपर|इंजीनियर|सॉफ्टवेयर
1 naukri|naukari|aavedan|avedan|saakshatkar|bharti|pad|apply|application|interview
""",
    "NOISE": """
5 नई|नयी|ताजा|नए ~3 नौकरियां|नौकरियाँ|नौकरी|जॉब्स|रिक्तियां|भर्तियां ~8
5 जॉब_अलर्ट|नौकरी_अलर्ट|रोजगार_समाचार|न्यूज़लेटर|न्यूजलेटर|सदस्यता_समाप्त
5 प्रोफाइल|प्रोफ़ाइल ~4 देखी|देखा|देख ~3
5 वेबिनार|कोर्स|कार्यशाला|प्रशिक्षण|सेमिनार|मेला|क्लास ~6
5 टिप्स|सुझाव|सवाल|प्रश्न|तरीके|गाइड ~8 इंटरव्यू|साक्षात्कार|नौकरी|रिज्यूमे
5 इंटरव्यू|साक्षात्कार|रिज्यूमे ~5 टिप्स|सुझाव|सवाल|प्रश्न|तैयारी|कैसे
5 छूट|सेल|डिस्काउंट|कैशबैक|कूपन|धमाका ~6
5 विशेष|खास|शानदार|सीमित|धमाकेदार|फेस्टिव ~3 ऑफर|छूट
5 सर्वेक्षण|फीडबैक|प्रतिक्रिया ~8 अनुभव|मिनट|भर्ती|प्रक्रिया
5 ऑर्डर|बिल|भुगतान|डिलीवरी|चालान|रिचार्ज ~6
5 ओटीपी|पासवर्ड ~4
5 nayi|naye|latest ~2 naukri|naukriyan|jobs|bharti ~6
5 tips|tarike|sawal|kaise ~6 interview|resume|naukri
5 chhoot|discount|sale|cashback|offer_khatam|recharge ~6
5 profile ~3 dekhi|dekha|dekh
4 abhi|jaldi ~3 register|join|enroll|khareed*|apply|book
""",
    "AWAY": """
5 ऋण|लोन|बीमा|क्रेडिट_कार्ड|बैंक|खाता|पॉलिसी|केवाईसी ~4
5 वीजा|वीज़ा|पासपोर्ट|दूतावास ~4
5 डॉक्टर|अस्पताल|क्लिनिक|दंत|टीकाकरण|चिकित्सक|जांच ~6
5 मोबाइल|डेटा|सिम|बिजली|प्लान|ब्रॉडबैंड ~4
4 स्कूल|विद्यालय|प्रवेश|दाखिला|कॉलेज|शादी|विवाह
4 फ्लैट|मकान|किराया|प्रॉपर्टी
5 loan|bima|kist|emi|credit_card ~6
4 doctor|hospital|appointment ~4 ke_saath|mein|aspatal
""",
    "SCAM": """
3 व्हाट्सएप|व्हाट्सऐप|टेलीग्राम ~10
5 बिना ~2 इंटरव्यू|साक्षात्कार ~4
5 शुल्क|फीस|राशि|पैसे ~8 जमा|भुगतान|भेज*|पंजीकरण|ट्रांसफर
5 पंजीकरण|सुरक्षा|प्रशिक्षण ~2 शुल्क|फीस|राशि
5 बिटकॉइन|क्रिप्टो ~6
4 रोज|प्रतिदिन|घर_बैठे ~6 कमा*|कमाएं|रुपये
5 bina ~2 interview ~4
5 registration|security|training ~2 fees|fee|paise ~6
4 ghar_baithe|roz ~6 kama*|paise
""",
    "IF": """
1 यदि|अगर ~6 प्रोफाइल|चयन|चयनित|योग्यता|उपयुक्त|चुने|आवेदन|अनुभव
1 agar ~6 profile|select|selected|shortlist|shortlisted|chayan
1 चयनित|शॉर्टलिस्ट ~1 उम्मीदवार*
""",
    "ANEW": """
4 दूसरे|अन्य|किसी_और ~2 पद|भूमिका ~12 साक्षात्कार|इंटरव्यू|बात
""",
    "PAST": """
3 साक्षात्कार|इंटरव्यू ~5 धन्यवाद|आभार|परिणाम|बाद
3 interview ~4 dhanyavaad|dhanyavad|shukriya|baad
""",
    "CANCEL": """
4 साक्षात्कार|इंटरव्यू|interview ~5 रद्द|cancel*|radd
""",
}
