opening-title = Abriendo
opening-offer = Abriendo la oferta
opening-request = Abriendo la solicitud
opening-authorized = De vuelta de la organización
opening-back = Volver a la oferta
opening-checking = Comprobamos quién la envió y si es auténtica.
opening-failed = No se pudo abrir el enlace
opening-incomplete = El enlace está incompleto. Abra de nuevo el enlace entero o apunte otra vez la cámara al código.
opening-try-again = Intentar de nuevo

offer-title = Una oferta para usted
offer-how-long = Tarda más o menos un minuto. Puede salir de esta página y seguir más tarde.
offer-received = Recibido
offer-received-what = { $count ->
    [one] Su credencial está en su cartera. Se comprobó antes de guardarla.
   *[other] Hay { $count } credenciales en su cartera. Cada una se comprobó antes de guardarla.
}
offer-waiting = En espera de la organización
offer-refused = No se le entregó
offer-what = Lo que recibirá
offer-whole = Copia completa: se muestra entera
offer-selective = Copia para mostrar por partes: solo lo que se pide
offer-here = Ya está aquí
offer-waits = En espera
offer-not-given = No entregada
offer-waiting-who = { $who } tiene que aprobarlo primero.
offer-waiting-what = No tiene que hacer nada más. Su cartera vuelve a preguntar sola y guarda lo que llegue. Puede cerrar esta página.
offer-refused-who = { $who } no lo aprobó, o envió algo que no es válido.
offer-refused-what = Pregúntele por qué. Puede quitar esta oferta.
offer-begun = Había empezado a recibir esto.
offer-begun-what = No se perdió nada. Siga donde lo dejó.
offer-code = Código
offer-code-hint = La organización le dio este código por otro medio, por ejemplo en papel.
offer-step-key = Clave en este dispositivo
offer-step-permission = Permiso
offer-step-credentials = Credenciales
offer-accept = Aceptar
offer-go-on = Continuar
offer-decline = No, gracias
offer-decline-what = Si dice que no, esta oferta se olvida aquí. La organización puede hacerle otra.
offer-remove = Quitar

offer-sign-in-title = Iniciar sesión en { $who }
offer-sign-in-what = Va a su página, inicia sesión allí y vuelve aquí sin hacer nada más. Ellos no ven lo que hay en su cartera.
offer-sign-in-host = La página donde inicia sesión es { $host }.
offer-sign-in = Iniciar sesión
offer-sign-in-instead = ¿No tiene código? Inicie sesión allí
offer-sign-in-desk = Se da a quien inicia sesión allí. Eso no se hace en la ventanilla: ábralo en un dispositivo propio.
offer-signed-in = Ha iniciado sesión en { $who }.
offer-signed-in-what = Ahora traemos sus credenciales.
offer-in-person = { $who } solo lo entrega a la propia persona
offer-in-person-what = Nadie puede recibirlo por otra persona. La oferta y su código siguen siendo válidos: que venga la persona y la acepte, o pida otra vía.
