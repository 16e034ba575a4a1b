# Visits at an officer’s desk, for people without a phone.

desk-title = En la ventanilla
desk-lead = Para personas sin teléfono. Este servicio guarda su cartera; ellas vienen y escriben su PIN para cada acto. Una visita tarda unos cinco minutos.
desk-again = Alguien vuelve
desk-pin = El PIN de la persona
desk-pin-hint = Gire el dispositivo hacia la persona: solo ella lo escribe.
desk-enter = Ir a su cartera
desk-new = Abrir una cartera para alguien
desk-new-what = Asegúrese de quién es. La persona elige el PIN. Después, anótele el número de la cartera.
desk-open = Abrir una cartera
desk-unknown = Aquí no se guarda ninguna cartera con este número.
desk-at = Está en la ventanilla de { $who }. Lo que haga aquí se anota con ese nombre.
desk-finish = Terminar
desk-busy = Hay alguien en la ventanilla. Termine primero la visita.
desk-claim = Con un código de recuperación podrá llevar más tarde esta cartera a un teléfono suyo. Entonces este servicio ya no guardará su clave.
desk-kept = Este servicio
desk-forgotten = Se olvidó el PIN
desk-forgotten-what = Con el código de recuperación en papel, la persona elige otro PIN. El código sirve una vez; haga después uno nuevo. Sin él: abra una cartera nueva y pida a las organizaciones que lo ofrezcan todo de nuevo.
desk-keys = Tarjeta o llave de seguridad
desk-keys-what = En una ventanilla puede usar una tarjeta o llave propia en lugar del PIN de esta cartera. Tiene su propio PIN o huella, y lo que dice sirve una sola vez.
desk-keys-none = Todavía ninguna.
desk-key-add = Añadir una tarjeta o llave
desk-key-added = Añadida el { $date }
desk-key-used = Usada por última vez el { $date }
desk-key-remove = Quitar
desk-key-lost = Guarde también un código de recuperación en papel: si se pierde la tarjeta o llave, con él se elige otro PIN y se quita la perdida.
desk-key-use = Usar tarjeta o llave
