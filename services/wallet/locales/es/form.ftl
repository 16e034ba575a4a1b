# A signed paper form, sent as a picture.

form-title = ¿Prefiere el papel?
form-what = ¿Ha firmado el formulario de la carta de la Caja? Envíe aquí una foto. Vale lo mismo que por correo.
form-file = La página firmada
form-hint = Fotografíe la página entera desde arriba, plana y con buena luz, con el código cuadrado y las cuatro marcas. JPEG, PNG o PDF, 8 MB como máximo.
form-send = Enviar el formulario
form-as-it-is = Enviarlo tal como está: lo lee un funcionario
form-waits = La Caja tiene su formulario
form-waits-what = Enviado el { $sent }. Un funcionario mira la firma. No tiene que hacer nada más.
form-refused = El formulario no fue aceptado
form-refused-what = Mire si está firmado y fechado y envíelo otra vez, o tome otra vía: el teléfono, una visita o una llamada. Vale lo mismo.
form-accepted = La Caja ha aceptado su formulario firmado de { $year }.
form-unread = El formulario aún no se ha enviado
form-unread-picture = La imagen no se puede leer. Fotografíe otra vez la página entera, nítida y con buena luz.
form-unread-no-code = No se encontró el código cuadrado del formulario. Fotografíe otra vez la página entera, plana y con buena luz.
form-unread-several = Hay dos formularios en la imagen. Fotografíe cada página por separado.
form-unread-not-ours = Este no es un formulario de esta Caja. Mire si es la página de la carta.
form-unread-other-person = Este formulario se envió a otra persona. Use el de la carta dirigida a usted.
form-unread-unsigned = No se vio ninguna firma en su lugar. Firme allí y fotografíe otra vez la página.
form-not-too-large = El archivo pasa de 8 MB. Fotografíe otra vez la página o elija un archivo más pequeño. Por correo el formulario vale lo mismo.
form-not-too-many = Se enviaron tantas imágenes del formulario que la próxima va por correo. Vale lo mismo. O llame a la Caja: un funcionario le ayuda.
form-not-no-forms = La Caja no tiene un formulario suyo. Use el teléfono, o pida una visita o una llamada. Todo vale lo mismo.
form-not-type = Elija una foto (JPEG o PNG) o un PDF de la página firmada.
form-not-busy = La Caja no puede recibir el formulario en este momento. No se pierde nada: envíe lo mismo dentro de un minuto.
