# Visits at an officer’s desk, for people without a phone.

desk-title = En la ventanilla
desk-lead = Para personas sin teléfono. Este servicio guarda su cartera; ellas vienen y escriben su PIN para cada acto.
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
