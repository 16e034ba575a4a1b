# What comes next after a recovery, the officer’s own wallet after a visit, and what is known of who offers.

next-title = Ya está de nuevo en su cartera
next-lead = Quedan unos pasos. Empiece por el primero. En total toman unos cinco minutos; puede dejar esta página y seguir más tarde.
next-lost = ¿Ha perdido su teléfono anterior?
next-lost-what = Entonces dígalo aquí. Nadie podrá usar ya las claves que contiene, y sus credenciales vendrán a este teléfono.
next-lost-since = su clave se creó el { $date }
next-lost-do = He perdido mi teléfono anterior
next-lost-question = Las claves de ese teléfono ya no servirán, aunque lo encuentre. ¿Continuar?
next-lost-still = ¿Todavía lo tiene? Entonces omita este paso y muestre sus credenciales con ese teléfono.
next-lost-done = Hecho: el teléfono anterior consta como perdido.
next-lost-none = Ningún otro dispositivo tiene una clave suya. Aquí no hay nada que hacer.
next-here = Reciba sus credenciales en este teléfono
next-here-what = Abra su cartera. Muchas vuelven solas. Para las demás, la cartera le dice a quién pedirlas.
next-fund = Avise a la Caja, si le paga
next-code = Guarde un código nuevo en papel
next-code-what = Ahora no tiene código de recuperación: el que se usó ya no vale. Cree uno nuevo para la próxima vez.
next-code-there = Tiene un código de recuperación. Guarde el papel donde guarda su pasaporte.
next-own = Abrir mi propia cartera
next-own-what = En este dispositivo terminó una visita. Su propia cartera queda cerrada aquí, para que nadie llegue a ella volviendo atrás.
next-accredited = Acreditada para emitir este tipo
next-not-accredited = No acreditada para este tipo
next-not-accredited-what = El registro no dice que esta organización pueda emitirlo. Otros pueden rechazarlo cuando lo muestre.
next-two-forms = Recibe la misma credencial en dos formas. Guarde las dos: una se muestra entera; de la otra, solo la parte que se pide.
next-own-name = Se llama a sí misma: { $name }

# Values of claims that are codes.
value-visit = Una visita
value-call = Una llamada
value-device = El teléfono de la persona
value-kiosk = Un puesto de la Caja
value-post = Un formulario por correo
value-letter = Una carta
value-permanent = Permanente
value-continuing = Continuo
value-fixed-term = De plazo fijo
value-temporary = Temporal
value-service-agreement = Acuerdo de servicios
value-service = Servicio
value-field-service = Servicio sobre el terreno
value-travel = Viaje
value-unclassified = No clasificado
value-confidential = Confidencial
value-strictly-confidential = Estrictamente confidencial
value-retirement = Jubilación
value-early-retirement = Jubilación anticipada
value-resignation = Renuncia
value-end-of-appointment = Fin del nombramiento
value-termination = Cese
value-transfer = Traslado
value-disability = Discapacidad

# Between what something is called and what it is.
colon = {":"}

# Above the button of the camera.
next-capture = Siete fotos, tres pequeños movimientos, medio minuto.
