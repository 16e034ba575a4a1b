# Proofs that a station takes while it has no network.

queue-title = Pruebas que esperan la conexión
queue-waits = Esperan aquí, selladas: { $count }
queue-empty = Ya no espera ninguna.
queue-send = Enviar ahora
queue-kept = Guardada hasta que haya conexión
queue-kept-what = No hay conexión. La prueba queda sellada en este dispositivo, nadie puede leerla aquí y se envía una sola vez cuando vuelva la conexión, en tres días. Termine ahora la visita.
queue-full = Aquí esperan tantas pruebas como se permite. Busque primero conexión o use papel: vale lo mismo.
queue-finished = La visita ha terminado en este dispositivo
queue-finished-what = No hay conexión. Lo que se mostraba ha desaparecido. Cuando vuelva la conexión, esta página sigue sola y se envía lo que espera.
queue-pin = Una prueba no se aceptó: el PIN era erróneo. Pida a la persona que vuelva.
queue-locked = Una prueba no se aceptó: el PIN está bloqueado. La persona elige otro con el código de recuperación.
queue-late = Una prueba llegó tarde o no sirvió. Pida a la persona que vuelva o use papel: vale lo mismo.
queue-clock = Una prueba no se aceptó: el reloj de este dispositivo está mal. Ajústelo y pida a la persona que vuelva.
queue-station = Una prueba no se aceptó: este puesto está cerrado. Abra uno de nuevo y comunique su clave a la Caja.
queue-answer = La Caja no aceptó una prueba. Pida a la persona que vuelva.
queue-elsewhere = Otra persona funcionaria tomó una prueba y debe iniciar sesión aquí para enviarla.
