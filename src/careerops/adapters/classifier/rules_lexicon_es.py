"""Spanish phrases. The language of the lines is `rules_phrases`; labels are in `rules_lexicon`."""

# ruff: noqa: E501  # a phrase stands on one line

SPANISH = {
    "REJECTION": """
5 lamentamos|lamentablemente|desafortunadamente|sentimos|desgraciadamente ~25 no|otro*|otra*|cubiert*|descartad*|cerrad*|rechazad*
5 no ~4 continuar|seguir|avanzar|proseguir|continuaremos|seguiremos|avanzaremos|continuamos|seguimos ~5 candidatura|proceso|con|adelante|contigo|usted|perfil|solicitud|postulación
5 no ~4 sido|resultado|fue|ha|has ~2 seleccionad*|elegid*|escogid*|preseleccionad*
5 no_has|no_ha|no_fuiste|no_fue|no_hemos ~2 sido|resultado|seleccionad* ~2 seleccionad*|elegid*|tu|su
5 candidatura|solicitud|postulación ~4 no ~4 seleccionad*|elegid*|aceptad*|exitosa|adelante|continúa|avanzado
5 candidatura|solicitud|postulación ~3 descartada|rechazada|desestimada|denegada
5 hemos|han|decidido|decidimos ~3 decidido|optado|seleccionado|elegido|continuar|avanzar|escogido|optar ~4 otro|otra|otros|otras ~2 candidat*|perfil*|persona*|postulante*
5 otros|otras|otro|otra ~1 candidat*|perfil*|postulantes ~10 ajusta*|adecua*|encaja*|adapta*|acerc*
5 vacante|puesto|posición|plaza|proceso ~4 cubierta|cubierto|cerrado|cerrada|ocupad*|cancelad*|suspendid*
5 no ~3 podemos|podremos|vamos_a|será_posible ~3 ofrecer*|continuar|avanzar|seguir|invitar*
4 no ~3 encaja*|ajusta*|cumple* ~8 perfil|requisitos|puesto|buscamos|necesidades|vacante
2 lamentablemente|lamentamos|desafortunadamente|desgraciadamente
3 otro|otra|otros|otras ~1 candidat*|persona|perfil*
4 perfil ~4 no ~3 encaja*|ajusta*|corresponde*
3 conservaremos|guardaremos|mantendremos|tendremos ~6 cv|currículum|datos|perfil|base ~8 futur*|otras|base
2 deseamos|desearte|desearle|te_deseamos|le_deseamos ~4 éxito*|suerte|mejor ~6
2 gran|elevado|alto ~2 número|cantidad|volumen ~2 candidat*|solicitudes|postulaciones
2 seguir_participando|futuros_procesos|futuras_oportunidades|futuras_vacantes
""",
    "OFFER": """
5 ofrecerte|ofrecerle|ofrecemos ~6 puesto|posición|trabajo|empleo|cargo|plaza|contrato|prácticas|vacante|rol
5 oferta_de_trabajo|oferta_laboral|oferta_de_empleo|carta_oferta|carta_de_oferta|propuesta_laboral|oferta_formal|oferta_económica|propuesta_de_contratación|oferta_de_incorporación|oferta_en_firme ~8 adjunt*|firma*|para_el|para_ti|formal|revis*|acept*|puesto|de
5 adjunt*|firma*|enviamos|encontrarás|formaliz*|presentar*|acept*|hacerte|hacerle ~5 oferta|contrato|carta_oferta|propuesta ~3 de_trabajo|laboral|de_empleo|formal|económica|de_incorporación|para|adjunt*|firma*
5 contrato ~5 adjunt*|firma*|incorporación|laboral|trabajo ~4
5 nos_complace|encantados|alegra|placer|contentos|felices ~6 ofrecer*|oferta|ofrecemos
5 has_sido|ha_sido|fuiste|resultado|han ~2 seleccionad*|elegid* ~4 para ~3 puesto|posición|cargo|vacante|incorporar*|trabajar|plaza
4 seleccionad*|elegid* ~3 para_el_puesto|para_la_posición|para_el_cargo|para_la_vacante
3 salario|sueldo|retribución|incorporación|fecha_de_inicio|bruto|brutos|remuneración
3 enhorabuena|felicidades|felicitaciones
3 bienvenid* ~3 equipo|bordo|familia|empresa
2 oferta
4 queremos ~3 unas|formes|incorpores|incorpore|contratarte|contratarle
""",
    "INTERVIEW": """
5 invit*|convoc*|citar*|citamos|agendar|programar|concertar|coordinar|confirmar|confirmamos|reprogramar|aplazar|cambiar ~7 entrevista|entrevistas|videollamada|llamada
5 entrevista ~8 confirmad*|programad*|agendad*|reprogramad*|cancelad*|aplazad*|el_lunes|el_martes|el_miércoles|el_jueves|el_viernes|mañana|a_las|será|tendrá|prevista|pospuesta
5 invitación|convocatoria|recordatorio|confirmación|reprogramación|cita ~4 entrevista
5 tu|su entrevista ~4 con|para|de_trabajo|laboral|técnica|personal|telefónica|presencial|por|virtual|online|final
5 entrevistarte|entrevistarle|entrevistarnos
5 primera|segunda|tercera|última|próxima|siguiente ~1 entrevista|fase|ronda|etapa ~4
4 nos ~1 gustaría|encantaría ~6 conocerte|conocerle|hablar|charlar|reunirnos|conversar|llamar*|entrevista
4 queremos|quisiéramos|querríamos|querer ~4 conocerte|conocerle|hablar_contigo|charlar|entrevista*|conversar
4 disponibilidad ~10
4 has|ha|pasas|pasado|avanzado|superado ~5 siguiente|próxima|fase|ronda|etapa
4 elige|selecciona|escoge|reserva|indícanos|elegir|propón|indica ~6 horario|hora|hueco|fecha|franja|cita|día
3 qué|cuándo ~6 día|hora|horario|disponible|vendría|viene
3 videollamada|reunión ~6
2 entrevistador*|entrevista
""",
    "ASSESSMENT": """
5 prueba|test|reto|ejercicio|examen|evaluación|cuestionario|desafío|caso ~2 técnic*|online|programación|código|práctic*|psicotécnic*|personalidad|aptitud*|inglés|nivel|conocimientos|competencias|en_línea|cognitiv*
5 complet*|realiz*|hacer|resolver|entreg*|rellen*|resuelv*|finaliz*|enviar ~5 prueba|test|reto|ejercicio|evaluación|cuestionario|examen|desafío|caso_práctico
5 prueba|test|reto|ejercicio|evaluación|examen|desafío ~8 plazo|horas|días|enlace|caduc*|entreg*|antes_del|minutos|fecha_límite|completar
5 prueba_técnica|caso_práctico|prueba_de_código|prueba_psicotécnica|prueba_de_nivel
4 plazo ~4 días|horas
4 dentro_de|en_un_plazo|tienes|dispones|próximos|próximas|antes ~4 horas|días|plazo
3 fecha_límite|plazo_de_entrega|plazo
""",
    "ONEWAY": """
5 entrevista|vídeo|video ~2 grabad*|diferid*|pregrabad*|asíncron*
5 graba|grabar|grabe ~5 respuestas|vídeo|video
""",
    "APPLIED": """
5 gracias|agradecemos|agradecer* ~8 candidatura|solicitud|postulación|postularte|postular*|inscripción|inscribirte|aplicar|aplicación|interés|cv|currículum
5 recibido|recibida|recibimos|registrado|registrada|enviado|enviada|recepción|confirm* ~6 candidatura|solicitud|postulación|cv|currículum|inscripción|aplicación
5 candidatura|solicitud|postulación|inscripción|aplicación|cv ~6 recibid*|registrad*|enviad*|inscrit*|en_proceso|revisión|enviado|en_curso|vist*|leíd*|confirmad*
5 te_has|se_ha|has ~1 inscrito|postulado|aplicado ~6
4 revisar|revisaremos|revisando|analizaremos|estudiar|analizando|valorando|evaluando|estudiando|evaluaremos ~6 candidatura|solicitud|perfil|cv|currículum|postulación
2 tu_candidatura|su_candidatura|tu_solicitud|tu_postulación
3 pondremos|contactaremos|contacto ~4 contacto|contigo|con_usted
""",
    "JOB": """
2 candidatura|candidato|candidata|candidatos|postulación|postulante*|vacante
1 proceso_de_selección|selección|reclutamiento|reclutador*|rrhh|recursos_humanos
1 puesto|posición|empleo|cargo
1 currículum|cv|entrevista|entrevistas
1 *desarrollador*|ingenier*|analista|prácticas|empresa|equipo|trabajo
1 mecánico|contable|almacén|dependienta|recepción|sustitución|selectivo|proceso_selectivo|candidaturas|vacantes|ingeniero|programador*|profesor*|camarera|cocinera|chófer|repartidor*|auxiliar*|jefe|sueldo|contratación
""",
    "NOISE": """
5 nuevas|nuevos|últimas|mejores|más ~2 ofertas|vacantes|empleos|trabajos ~6
5 ofertas_de_empleo|ofertas_de_trabajo|empleos|vacantes ~6 para_ti|recomendad*|similares|interesar*|cerca|semana|hoy|coincid*|alerta*
5 alerta|alertas ~2 de? ~1 empleo|trabajo|vacantes|ofertas
5 perfil ~3 visto|visitado ~4
5 visto|visitado ~2 tu_perfil
5 está_contratando|estamos_contratando|buscamos|están_buscando|busca ~8
5 boletín|newsletter|darse_de_baja|darte_de_baja|cancelar_suscripción
5 seminario|webinar|curso|talleres|taller_online|taller_gratuito|máster|bootcamp|feria_de_empleo|masterclass|evento|jornada|congreso|charla ~6
5 consejos|trucos|guía|errores|claves|plantilla*|preguntas ~8 entrevista*|cv|currículum|empleo|trabajo|salari*
5 encuesta|opinión|valora|califica|valoración ~10 proceso|experiencia|entrevista|selección|minutos|satisfacción
5 descuento|rebajas|promoción|cupón|envío_gratis|ahorra|oferta_especial|ofertas_especiales|liquidación|chollo*
5 oferta|ofertas ~4 exclusiva|exclusivas|limitada|especial|última|hoy|solo|tiempo|días|cliente*|irresistible*
5 aprovecha|disfruta|llévate ~8
5 he_visto|hemos_visto|encontré|encontramos|vi ~4 tu_perfil|perfil|linkedin
5 abiert*|interesad*|interes* ~5 nuev*|escuchar|valorar ~3 oportunidad*|reto*|proyecto*|ofertas
5 nuestro|mi|importante|para ~1 cliente|cliente_final|cliente_líder|multinacional ~8
4 inscríbete|apúntate|regístrate|suscríbete|únete ~8
4 factura|pedido|pago|recibo|tu_reserva|compra|paquete|tu_envío
4 contraseña|código_de_verificación|verifica_tu_correo|política_de_privacidad|confirma_tu_cuenta
4 completa|actualiza|mejora ~2 tu ~1 perfil|cv|currículum
5 termina|completa|finaliza ~3 tu ~1 candidatura|inscripción|solicitud ~6 antes|incompleta|pendiente
""",
    "AWAY": """
5 préstamo|hipoteca|tarjeta_de_crédito|crédito|póliza|cuenta_bancaria|financiación|tarjeta
5 seguro|seguros ~3 coche|hogar|vida|salud|médico|moto|viaje|decesos
5 tarifa|fibra|móvil|línea|luz|gas|gigas|permanencia|portabilidad ~6 contrato|oferta|tarifa|euros|mes|compañía|meses
5 visado|visa|embajada|consulado|pasaporte|extranjería|nacionalidad
5 cita ~4 médic*|dentista|hospital|clínica|itv|previa|peluquería|taller|doctor*|dr|dra
5 médico|dentista|consulta_médica|clínica_dental|vacuna*|odontolog*|centro_de_salud|análisis_de_sangre
5 piso|alquiler|vivienda|inmobiliaria|casero|inmueble|visita_al_piso
4 vuelo|hotel|viaje|concierto|entradas
4 colegio|tutor|tutora|matrícula|universidad|beca|admisión
""",
    "SCAM": """
3 whatsapp|telegram ~10 reclutador*|rrhh|contact*|escrib*|mensaje|entrevista|número
3 contact*|escríb*|escrib*|háblanos|agréga* ~8 whatsapp|telegram
5 sin ~2 entrevista ~4
5 no ~3 necesaria|requiere|necesita|requerimos ~2 entrevista
5 pago|pagar|abonar|transferir|ingresar|depósito|fianza|tasa|cuota ~8 inscripción|formación|registro|trámite*|material|uniforme|gestión|fianza|bitcoin|bizum
5 bitcoin|criptomoneda*|cripto|usdt ~12
4 gana|ganar|gane ~6 al_día|diarios|semanales|desde_casa|por_día
4 sin_experiencia ~6
""",
    "IF": """
1 si ~4 perfil|candidatura|solicitud|experiencia|cv|currículum|postulación ~6
1 si ~4 seleccionad*|elegid*|preseleccionad*|encaja*|ajusta*|interesa*|considera*|avanza*
1 en_caso|en_el_caso|siempre_que|posiblemente
1 proceso ~5 consta|incluye|consiste|comprende
1 personas|candidatos|candidatas|perfiles ~2 seleccionad*|preseleccionad*
""",
    "ANEW": """
4 otra|otro|diferente|distint* ~2 vacante|puesto|posición|oportunidad|rol ~14 entrevista*|hablar|conocerte|llamada|charlar
4 entrevista*|hablar|conocerte|invit* ~12 otra|otro|diferente|distint* ~1 vacante|puesto|posición|rol
""",
    "PAST": """
3 tras|después_de|gracias_por|agradec* ~6 entrevista
""",
    "CANCEL": """
4 entrevista|cita|llamada ~8 cancelad*|cancelar|anulad*|suspendid*
4 cancelar|cancelamos|cancelado|anular ~6 entrevista
""",
}
