# La tarjeta de la prueba anual en la primera página.

year-title = Su prueba anual de { $year }
year-open = Por hacer
year-not-yet = Todavía no abierta
year-late = Con retraso
year-on-hold = Pago retenido
year-with-fund = En la Caja
year-done = Hecha
year-not-concerned = Nada que hacer
year-ended = Consta como terminada
year-unknown = Aún sin consultar
year-open-what = Hágala, por favor, a más tardar el { $date }. Se tarda unos minutos.
year-opened-what = El plazo está abierto. Puede hacer la prueba ahora.
year-late-what = El plazo terminó el { $date }. Hágala ahora: todavía cuenta.
year-late-hold = Sin ella, el pago se detiene a partir del { $date }.
year-on-hold-what = Su pago está retenido. Haga la prueba ahora: el pago se reanuda con la próxima nómina, en la misma cuenta.
year-held-until-decided = Su pago está retenido hasta que la Caja decida.
year-both = Una prueba hecha ahora cuenta para { $first } y para { $second }.
year-with-fund-what = La Caja tiene su prueba. Un funcionario la examina. Ahora no tiene que hacer nada.
year-with-fund-days = { $days ->
    [one] La Caja tiene su prueba. Un funcionario suele decidir en un día. Ahora no tiene que hacer nada.
   *[other] La Caja tiene su prueba. Un funcionario suele decidir en { $days } días. Ahora no tiene que hacer nada.
}
year-done-what = La Caja tiene su prueba. Llegó el { $date }: { $channel }.
year-covered = Está cubierto(a) hasta el { $date }.
year-next = El próximo plazo se abre el { $date }.
year-not-concerned-what = La Caja no le pide prueba para este año.
year-dates-missing = Las fechas de este año aún no están fijadas. No tiene que hacer nada ahora: esta página dirá cuándo se abre el plazo.
year-resumes = El pago se reanuda con la próxima nómina, y con ella se paga lo que se había retenido.
year-ended-what = En la Caja consta que esta prestación terminó. ¿Es un error? Llame a la Caja: lo corrige y el pago continúa.
year-unknown-what = Está inscrito(a). La Caja le dice aquí cómo va este año.
year-begin = Empezar
year-begin-again = Empezar de nuevo
year-go-on = Continuar
year-see = Ver cómo va
year-receipt = Ver el recibo
year-said = Según la Caja: { $date }
year-late-question = Esta solicitud ha caducado. Empiece de nuevo: la Caja se la hace otra vez. El papel vale lo mismo.

problem-year-word-refused = La Caja no acepta la palabra de este aparato
problem-year-word-refused-what = El reloj del aparato está mal por más de cinco minutos, o la línea era demasiado lenta. Mire el reloj e inténtelo otra vez.
problem-year-key-unknown = La Caja no conoce este aparato
problem-year-key-unknown-what = Empiece en el aparato con el que se inscribió, o pida a la Caja una invitación para este. El papel vale lo mismo.
problem-year-key-replaced = Otro aparato ha sustituido a este
problem-year-key-replaced-what = Empiece en el aparato más nuevo. Si no fue usted quien lo inscribió, llame a la Caja ahora.
problem-year-not-open = El plazo todavía no está abierto
problem-year-not-open-what = La Caja recibe pruebas desde el día en que se abre el plazo. Hasta entonces no falta nada.
problem-year-not-concerned = La Caja no pide prueba este año
problem-year-not-concerned-what = Este año no le pide nada, o usted no está todavía en el registro de la Caja. Si cree que debería estar, llame a la Caja.
problem-year-with-fund = Una prueba está en la Caja
problem-year-with-fund-what = Llegó por otra vía y un funcionario decide. Si no se puede aceptar, puede empezar de nuevo.
problem-year-proven = Ya hay una prueba de este año
problem-year-proven-what = Una prueba al año basta. La primera página dice hasta cuándo está cubierto(a).
problem-year-ended = En la Caja consta que la prestación terminó
problem-year-ended-what = Si es un error, llame a la Caja: lo corrige y el pago continúa.

talk-title = Una llamada o una visita en su lugar
talk-what = ¿Su teléfono no puede, o prefiere hablar? Un agente le ve y anota su prueba. Vale lo mismo.
talk-book = Reservar una llamada o una visita
existence-usual = { $days ->
    [one] Un funcionario suele decidir en un día.
   *[other] Un funcionario suele decidir en { $days } días.
}
