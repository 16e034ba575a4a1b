service = Credenciales
skip = Ir al contenido
navigation = Menú principal
about = Acerca de
notice = Aviso
language = Idioma

sign-title = { $wallet } pide credenciales de { $organisation }
sign-lead = Inicie sesión, y { $wallet } podrá recoger esto para usted:
sign-short = Iniciar sesión
sign-not = No ha iniciado sesión.
sign-no-script = Para iniciar sesión se necesita JavaScript.
sign-no-script-what = Solo un script puede pedir una llave de acceso. Active JavaScript para esta dirección o pida a { $organisation } hacerlo en papel o en persona.
sign-passkey = Iniciar sesión con una llave de acceso
sign-how = Se le pedirá la huella, el rostro o el PIN de este dispositivo. No hay contraseña.
sign-or = O por medio de su organización
sign-provider = Iniciar sesión con { $provider }
sign-first = ¿Es su primera vez aquí?
sign-code = Código de transacción
sign-code-hint = Las seis cifras que { $organisation } le dio por separado.
sign-make = Crear una llave de acceso
sign-decline = No, volver a { $wallet }

provider-declined = No inició sesión allí. Inténtelo de nuevo o use una llave de acceso.
provider-old = Inició sesión allí hace demasiado tiempo. Inténtelo de nuevo y dé otra vez su contraseña.
provider-weak = Su organización pide una forma más segura de iniciar sesión, como un segundo factor.
provider-unknown = Su organización le conoce, pero no indica ningún número de funcionario que esté en su lista aquí. Pregunte a su oficina de recursos humanos.

help-title = ¿Necesita ayuda?
help-call = Llame a { $organisation }:
help-hours = Horario: { $hours }
help-office = Pregunte a la oficina de { $organisation } que le envió la oferta. También puede darle un papel.
help-never = Nadie le pedirá un código ni un PIN por teléfono ni en un mensaje.
help-number = Si pide ayuda, lea este número: { $number }

trouble-authorization-expired = Esta solicitud ha terminado
trouble-not-found = Aquí no hay nada
trouble-internal = Algo ha fallado por nuestra parte
trouble-other = No ha funcionado
said-authorization-expired = La solicitud de una cartera dura diez minutos y se responde una vez. Vuelva a su cartera y empiece de nuevo.
said-not-found = La dirección es desconocida, o lo que indicaba ya no existe. Vuelva a su cartera y empiece de nuevo.
said-internal = Ha quedado registrado. Puede intentarlo de nuevo sin riesgo.
said-too-many-requests = Se ha pedido lo mismo demasiadas veces. Espere unos minutos e inténtelo de nuevo.
said-ceremony = Tardó demasiado o ya se había respondido. Inténtelo de nuevo.
said-unknown-passkey = Esta llave de acceso no está registrada aquí. Si le dieron un código de transacción, cree una con él.
said-no-code = Esta solicitud no admite código de transacción. Inicie sesión con la llave de acceso que creó antes.
said-wrong-code = { $tries ->
    [one] El código de transacción no es correcto. Queda { $tries } intento.
   *[other] El código de transacción no es correcto. Quedan { $tries } intentos.
}
said-code-locked = Tras demasiados códigos equivocados, la oferta está bloqueada. Pida a la oficina que la hizo que la renueve.
said-offer-ended = La oferta ha terminado o se retiró. Pida una nueva a la oficina que la hizo.
said-code-needed = Falta el código de transacción o no es correcto. Tiene seis cifras.
said-too-many-passkeys = Tiene aquí tantas llaves de acceso como puede tener una persona. Inicie sesión con una de ellas o pida a la oficina que quite una.
said-passkey-refused = La llave de acceso fue rechazada. Inténtelo de nuevo.
said-provider-again = Tardó demasiado, ya se había respondido o empezó en otro navegador. Vuelva a su cartera y empiece de nuevo.
said-provider-refused = La respuesta del inicio de sesión de su organización no sirve. Inténtelo de nuevo o use una llave de acceso.
said-provider-unreachable = El inicio de sesión de su organización no responde. Inténtelo más tarde o use una llave de acceso.
said-other = Vuelva a su cartera y empiece de nuevo. Si se repite, pida ayuda.

script-did-not-work = No ha funcionado.
script-unreachable = No se puede llegar al servicio. Compruebe la conexión e inténtelo de nuevo.
script-failed = El servicio no pudo hacerlo. Inténtelo de nuevo en un momento.
script-cancelled = Se canceló o tardó demasiado. Puede intentarlo de nuevo.
script-registered = Este dispositivo ya tiene una llave de acceso suya para esta organización. Inicie sesión con ella.
script-unsuitable = Este dispositivo no ofrece ninguna llave de acceso que aceptemos.
script-insecure = Las llaves de acceso solo funcionan en la dirección correcta y con una conexión segura.
script-passkey = El dispositivo no pudo usar una llave de acceso.
script-no-passkeys = Este navegador no conoce las llaves de acceso. Use un navegador más reciente u otro dispositivo.
