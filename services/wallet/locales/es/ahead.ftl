# The yearly proof without a network: taken along, made, sent later.

ahead-title = Prueba anual
ahead-proof = Prueba de { $year }, para { $who }
ahead-until = Puede hacerse aquí hasta el { $until }.
ahead-waits = Hecha el { $at }. Espera en este teléfono y se envía sola cuando abra la cartera con red.
ahead-over = Llegó tarde o no fue aceptada. No se ha perdido nada: prepare el teléfono con red y hágala otra vez.
ahead-make = Hacerla ahora
ahead-send = Enviarla ahora
ahead-again = Hacerla otra vez
ahead-make-title = Mostrar que está ahí, sin red
ahead-how = Su teléfono toma las fotos y firma ahora, con la hora. Todo espera bajo llave en este teléfono y se envía una sola vez, cuando haya red.
ahead-without = Seguir sin fotos
ahead-here = Estoy aquí
ahead-no-place = No se encontró su ubicación. Permítala en los ajustes del teléfono, o siga sin fotos: un funcionario le llamará.
ahead-no-key = La clave de esta cartera ya no está en este teléfono. Abra la prueba con red y empiece de nuevo.
ahead-made = Hecha
ahead-made-at = Estuvo ahí el { $at }.
ahead-made-what = Espera bajo llave en este teléfono. Abra la cartera cuando haya red: entonces se envía, una sola vez.
ahead-where = ¿No habrá red donde va a estar?
ahead-why = Este teléfono puede llevar lo que necesita. Entonces hará la prueba también en modo avión, y se enviará más tarde.
ahead-ready = Este teléfono está listo hasta el { $until }. Sin red, abra la cartera y haga la prueba.
ahead-take = Preparar este teléfono
ahead-open = Hacer la prueba sin red
ahead-time-made = Estuvo ahí
ahead-time-received = La Caja la recibió
