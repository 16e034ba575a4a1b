# Showing without a network, and what is kept on the phone for it.

offline-title = Mostrar sin red
offline-lead = Lo que guardó en este teléfono puede verse y mostrarse aquí, también en modo avión. Tarda alrededor de un minuto.
offline-kept-title = Guardado en este teléfono
offline-nothing = No hay nada guardado en este teléfono. Abra una credencial mientras haya red y elija «Guardar en este teléfono».
offline-open = Abrir
offline-code-title = Leer el código del mostrador
offline-code-why = La persona del mostrador le enseña un código cuadrado. Su teléfono firma la respuesta solo para ese mostrador.
offline-scan = Escanear con la cámara
offline-choose-file = Elegir una imagen
offline-paste = O pegue el código
offline-use-code = Continuar
offline-no-code = Este no es el código de un mostrador.
offline-no-camera = No se puede usar la cámara. Elija una imagen o pegue el código.
offline-camera = Imagen de la cámara
offline-without-code = El mostrador no tiene código
offline-claims-title = Elija qué mostrar
offline-claims-why = No sale nada más. Lo que no puede retenerse va incluido.
offline-for-whom = Su teléfono firma solo para el mostrador que presentó el código. Su nombre en el código: { $audience }
offline-replayable = Otras personas pueden mostrarlo de nuevo hasta que caduque.
offline-replayable-why = Sin código, quien le haga una foto también puede mostrarlo hasta que caduque. Úselo solo si es necesario.
offline-agree = Mostrar
offline-back = Atrás
offline-answer-title = Sosténgalo delante de la cámara del mostrador
offline-answer-why = Los códigos se turnan hasta que el mostrador los haya leído todos.
offline-answer-code = Código para mostrar
offline-number = Código { $number } de { $count }
offline-before = Anterior
offline-after = Siguiente
offline-no-key = La clave de esta credencial ya no está en este teléfono. Pida a la organización que se la ofrezca de nuevo.
offline-keep-title = Sin red
offline-keep-why = Puede guardar una copia sellada en este teléfono y usarla en modo avión. Solo en un teléfono suyo y bloqueado. Desaparece al cerrar la sesión.
offline-kept-why = Hay una copia sellada en este teléfono. Desaparece al cerrar la sesión.
offline-keep = Guardar en este teléfono
offline-forget = Olvidarla aquí
offline-open-offline = Mostrar sin red
offline-wallet = A mi cartera

# What is kept, as its person sees it.

offline-present = Mostrarla a alguien
offline-alone = Puede verse aquí. Para mostrarla a alguien hace falta una red.
offline-dates = Desde cuándo y hasta cuándo
offline-ended = Era válida hasta el { $at }. Pida una nueva a la organización cuando haya red.
offline-not-yet = Será válida a partir del { $at }.
offline-checked = Así estaba el { $at }, cuando su cartera preguntó por última vez. Sin red nadie ve qué ha cambiado desde entonces.
offline-unchecked = Su cartera aún no pudo preguntar. Ábrala cuando haya red.
offline-whole = Esta solo puede mostrarse entera. Sale todo esto.
offline-along = Esto sale con ella
offline-too-long = Es demasiado larga para mostrarla con códigos. Muéstrela cuando haya red.
