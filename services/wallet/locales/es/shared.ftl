# What was shared with whom, the receipts, and who looked.

shared-title = Lo que mostré
shared-lead = Cada vez que mostró algo: a quién, para qué y qué exactamente. Solo usted puede leerlo.
shared-empty = Todavía no ha mostrado nada
shared-when = Cuándo
shared-purpose = Para
shared-unsaid = No lo dijeron.
shared-from = De { $name } ({ $issuer })
shared-offline = Mostrado sin red
shared-no-claims = Nada más que la credencial misma
shared-approved = Usted aprobó
shared-receipt = Su recibo
shared-receipt-none = No dieron ninguno.
shared-receipt-waiting = Aún no ha llegado. Lo pedimos nosotros.
shared-receipt-valid = Firmado por ellos: comprobado el { $at } y aceptado.
shared-receipt-invalid = Firmado por ellos: comprobado el { $at } y no aceptado.
shared-receipt-undetermined = Firmado por ellos: el { $at } no se pudo terminar la comprobación.
shared-receipt-unsound = Lo que llegó no está firmado por ellos, o trata de otra cosa. No cuenta.
shared-receipt-missing = No llegó.
shared-receipt-page = Ver su recibo
shared-receipt-file = Archivo firmado para especialistas

looked-title = Quién me miró
looked-lead = Todos los que vieron algo suyo por esta cartera, y todos los que preguntaron.
looked-empty = Nadie ha visto nada todavía
looked-empty-what = Cuando muestre algo, quien lo vea aparecerá aquí.
looked-how-often = Cuántas veces
looked-times = { $count ->
    [one] Una vez
   *[other] { $count } veces
}
looked-last = La última vez
looked-saw = Vieron
looked-refused = Preguntaron y usted dijo que no
looked-none = Nadie
looked-officers = Funcionarios de este servicio
looked-officers-what = Los funcionarios que hicieron algo por esta cartera, por su nombre.

consent-keeps-said = Dicen: { $time }.
consent-keeps-not = Dicen que no lo guardan.
span-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
span-hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}
span-days = { $count ->
    [one] { $count } día
   *[other] { $count } días
}
shared-by = Decidido por
