moment = { $day } de { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
} de { $year }, { $time } UTC

outcome-valid = Válida. Se cumple todo lo que exige «{ $policy }».
outcome-valid-optional = Válida. La firma, las fechas y el estado son correctos; aquí no se exigía que el emisor tuviera derecho a emitirla.
outcome-invalid = No válida. { $because }
outcome-undetermined = Sin decidir. { $because }

wellFormed = La credencial está escrita como exige la norma.
holds = Esto se cumple para la presentación misma.
proofHolds = La firma es correcta: nada ha cambiado desde que se hizo.
noKey = { $subject ->
    [presentation] No se pudo comprobar la firma porque no se encontró la clave de la persona.
   *[credential] No se pudo comprobar la firma porque no se encontró la clave del emisor.
}
notReached = Esto no se examinó porque la credencial no es auténtica.
nothingToCheck = No había ninguna credencial en la que comprobarlo.
unreadable = La respuesta no está en ninguna forma legible.

registryUnreachable = No se pudo comprobar porque en este momento no se puede acceder al registro.
registryStale = No se pudo comprobar porque el estado más reciente del registro es demasiado antiguo para fiarse de él.
registryUnproven = No se pudo comprobar porque el nodo del registro no demostró su respuesta.
registryTooOld = No se pudo comprobar porque lo que se sabe del registro es más antiguo de lo que permite la política.
notInPack = No se pudo comprobar porque el paquete sin conexión no dice nada al respecto.

issuerWithoutDid = El identificador del emisor no dice qué claves son suyas, así que no se sabe si firmó él.
keyOfIdentifier = La firma es de la clave que nombra el identificador del emisor.
keyHoldsNow = La firma es de una clave que hoy pertenece al emisor.
keyHeldAtIssue = La clave pertenecía al emisor cuando se registró la credencial el { $issuedAt }.
issuerUnknown = El registro no conoce al emisor.
keyNotIssuers = La firma se hizo con una clave que nunca perteneció al emisor.
keyCompromised = { $has-issuedAt ->
    [yes] La clave que firmó esta credencial se declaró robada el { $compromisedAt }, antes de que se registrara la credencial.
   *[no] La clave que firmó esta credencial se declaró robada el { $compromisedAt }, y nada demuestra que se firmara antes.
}
keyStopped = Los miembros del registro detuvieron el { $stoppedAt } la clave que firmó esta credencial.
keyRetired = La clave que firmó esta credencial se retiró el { $retiredAt }, y nada demuestra que la credencial sea anterior.
keyNotYetHeld = La credencial se registró el { $issuedAt }, antes de que el emisor tuviera la clave que la firmó.
keyRetiredBeforeIssue = La clave que firmó esta credencial se retiró el { $retiredAt }, pero la credencial no se registró hasta el { $issuedAt }.
issuerKey-issuerStopped = Los miembros del registro detuvieron al emisor el { $stoppedAt }.
issuerKey-issuerDeactivated = El emisor abandonó su identificador el { $deactivatedAt }.

accredited = { $has-issuedAt ->
    [yes] El { $issuedAt } el emisor estaba acreditado para emitir este tipo de credencial para esta organización.
   *[no] El emisor está acreditado para emitir este tipo de credencial para esta organización.
}
notAccredited = { $has-headerHeight ->
    [yes] El emisor no está acreditado para emitir este tipo de credencial.
   *[no] El emisor no está en el registro, así que nadie dice que pueda emitirla.
}
accreditationOptional = { $has-registrySays ->
    [yes] El registro no dice que el emisor tuviera derecho a emitirla; aquí no se exige.
   *[no] No se comprobó si el emisor tenía derecho a emitirla: aquí no se exige, y el emisor no está en el registro.
}
accreditationSuspended = La acreditación del emisor para este tipo de credencial estaba suspendida en el momento que cuenta.
accreditationWithdrawn = La acreditación del emisor para este tipo de credencial terminó el { $endedAt }, y nada demuestra que la credencial sea anterior.
notAccreditedAtIssue = El emisor no estaba acreditado para este tipo de credencial cuando se registró el { $issuedAt }.
organisationMissing = La credencial no dice por qué organización habla el emisor.
otherOrganisation = El emisor puede emitir este tipo de credencial, pero no para la organización que esta nombra.
noType = La credencial no es de ningún tipo para el que un emisor pudiera estar acreditado.
issuerStopped = Los miembros del registro habían detenido al emisor por una emergencia.
notMember = La organización que está detrás del emisor no era miembro activo del registro.
issuerDeactivated = Un identificador en el que se apoya la acreditación no estaba en uso.
delegationBroken = El emisor fue acreditado por otra organización que no tenía derecho a hacerlo.

schemaHolds = El contenido tiene la forma descrita para este tipo de credencial.
schemaViolated = El contenido no tiene la forma descrita para este tipo de credencial.
schemaUnknown = La descripción del contenido que nombra la credencial no está en el registro.
schemaMismatch = La descripción del contenido en su dirección no es la del registro.
schemaNotVouchedFor = No se comprobó el contenido porque nadie responde de su descripción.
schemaUnreachable = No se pudo obtener la descripción del contenido.
schemaUnusable = La descripción del contenido no se puede usar.
noSchema = La credencial no nombra ninguna descripción de su contenido.

inForce = Hoy está dentro de las fechas de la credencial.
endsTooSoon = La credencial termina antes de lo que permite la política.
issuedTooLongAgo = La credencial se emitió el { $issuedAt }, hace más tiempo del que permite la política.

notRevoked = La credencial no está suspendida ni revocada.
suspended = El emisor ha suspendido esta credencial; puede restablecerse más adelante.
revoked = El emisor ha revocado esta credencial definitivamente.
noStatus-pass = La credencial no nombra ninguna lista de estado, así que se toma como está.
noStatus-fail = La credencial no se puede suspender ni revocar, lo que esta política no acepta.
noStatus-notChecked = No se pudo comprobar el estado.
noIssuer = No se pudo comprobar el estado porque no se nombra a ningún emisor.
statusIndex = La lista de estado no tiene ninguna entrada para esta credencial.
statusListAddress = La lista de estado no tiene una dirección utilizable.
statusListLength = La lista de estado es más corta de lo que permite la norma.
statusListMalformed = La lista de estado no se puede leer, así que no es posible fiarse del estado.
statusListMismatch = El emisor muestra una lista de estado distinta de la que registró, así que no es posible fiarse del estado.
statusListRefused = La lista de estado está en una dirección que este verificador no visita.
statusListTooLong = No se pudo comprobar el estado porque la lista es demasiado larga.
statusListUnreachable = No se pudo comprobar el estado porque no se puede obtener la lista.
statusListUnregistered = El emisor nunca registró la lista de estado que nombra la credencial.
statusListUntrusted = La lista de estado no la hizo el emisor, así que no es posible fiarse del estado.
statusListUnverified = No se pudo comprobar el estado porque no se pudo comprobar la firma de la lista.
statusPurpose = La lista de estado tiene otra finalidad que la que dice la credencial.
statusTooOld = La lista de estado es más antigua de lo que permite la política; puede faltar una revocación posterior.
statusTypeUnknown = La credencial nombra un tipo de estado que este verificador no conoce.
statusUnknown = El emisor marcó esta credencial de una forma que este verificador no conoce.

holderBound = La persona que la presenta tiene la clave para la que se emitió la credencial.
noPresentation = Nadie demostró que la credencial sea suya: se entregó sola.
replayable = La presentación está firmada por su titular, pero nada demuestra que se hiciera para esta ocasión.
presenterOnly = La presentación se firmó para esta ocasión; no se exigía que la credencial perteneciera a la persona.

policyHolds = { $subject ->
    [presentation] La política no pide nada más.
   *[credential] La credencial es la que se pidió.
}
noQuery = La política no pide nada.
noCredential = La respuesta no contiene ninguna credencial.
policy-tooManyCredentials = La respuesta contiene más credenciales de las que se pidieron.
tooManyPresentations = La respuesta contiene más de lo que se pidió.
notAskedFor = La respuesta contiene algo que no se pidió.
notAskedFor-notChecked = No se preguntó si la credencial pertenece a la persona, así que una copia tendría el mismo aspecto.
incomplete = La respuesta no contiene todo lo que se pidió.
otherFormat = La credencial está en otro formato que el que se pidió.
otherType = Es otro tipo de credencial que el que se pidió.
claimsMissing = La credencial no muestra todo lo que se pidió.
otherAuthority = La credencial no es de un emisor sometido a las autoridades nombradas.
issuerNotListed = La política solo acepta a otros emisores.
openedByLess = La cartera se abrió con un PIN, y la política exige una clave de acceso. La persona puede abrirla con una clave de acceso y responder de nuevo.
openedByLessLook = La cartera se abrió solo con un PIN. La política le pide que se asegure de otra manera de que se trata de esta persona, por ejemplo con un documento.
byRepresentative = Alguien actuó por la persona, y la política exige a la propia persona. La persona puede responder de nuevo ella misma.
byRepresentativeLook = Alguien actuó por la persona. La política le pide que mire si puede hacerlo por ella, por ejemplo en el documento que lo dice.
timeOfIssueNotProven = Nada demuestra cuándo se emitió la credencial, y esta política lo exige.
receiptForm = El recibo no demuestra cuándo se emitió esta credencial.
receiptMismatch = { receiptForm }
receiptOfAnotherIssuer = { receiptForm }
receiptUnknown = { receiptForm }
transactionForm = Lo que había que aprobar ya no se puede leer.
notApproved = La persona no aprobó todo lo que había que aprobar.
otherTransaction = La clave de la persona aprueba algo distinto de lo que se pidió.

predicateUnanswered = No se pudo responder: ninguna credencial válida dice nada al respecto.
predicateUnrevealed = La credencial no revela aquello con lo que se responde.
predicateDate = No se entiende una fecha que lee la política.
currentStaff = La persona trabaja hoy para la organización.
staffNotYet = El nombramiento no ha comenzado.
staffNoMore = El nombramiento ha terminado.
cleared = La persona está habilitada al nivel que exige la política.
clearanceTooLow = La persona no está habilitada al nivel que exige la política.
clearanceOver = La habilitación ha terminado.
clearanceUnknown = El nivel de la habilitación no se conoce aquí.
trained = La persona completó la formación dentro del plazo que exige la política.
trainedTooLongAgo = La formación se completó hace más tiempo del que permite la política.
trainedInFuture = Se dice que la formación se completó en un día que aún no ha llegado.
otherCourse = Es otra formación que la que exige la política.

expired = La credencial ha caducado.
notYetValid = La credencial todavía no es válida.
proofExpired = La firma solo debía valer hasta un momento que ya pasó.
nonce = La respuesta no se hizo para esta solicitud; puede ser copia de una anterior.
challenge = { nonce }
audience = La respuesta se hizo para otro destinatario.
domain = { audience }
keyBindingTime = La respuesta no se hizo ahora mismo; puede ser copia de una anterior.
keyBindingMissing = La persona no firmó la respuesta.
notTheHolder = La credencial no se emitió a la persona que la presenta.
notBound = { notTheHolder }
proofPurpose = La clave se usó para algo a lo que no está destinada.
keyPurpose = { proofPurpose }
cryptosuite = La credencial está firmada de una forma que este verificador no conoce.
jwtAlgorithm = { cryptosuite }
unknownContext = La credencial usa palabras cuyo significado este verificador no conoce.
undefinedTerm = { unknownContext }
proofMissing = La credencial no está firmada.
fault = La credencial no se sostiene.
fault-form = La credencial no está escrita como exige la norma.
fault-proof = La firma no es correcta: se cambió el contenido o firmó otra persona.
fault-issuerKey = La clave que firmó no pertenece al emisor.
fault-validity = Las fechas de la credencial no se sostienen.
fault-holderBinding = La persona que la presenta no pudo demostrar que la credencial sea suya.
unfinished = No se pudo comprobar en este momento.
unfinished-issuerKey = No se pudo consultar la clave del emisor en este momento.
unfinished-holderBinding = No se pudo consultar la clave de la persona que la presenta en este momento.

check-form = Forma
check-proof = Firma
check-issuerKey = Clave del emisor
check-accreditation = Acreditación
check-schema = Contenido
check-validity = Fechas
check-status = Suspensión o revocación
check-holderBinding = Persona que la presenta
check-policy = Lo que se pidió
predicate-currentStaff = Personal en activo
predicate-clearedTo = Habilitación de seguridad
predicate-trained = Formación
result-pass = Correcto
result-fail = Fallo
result-notChecked = Sin comprobar
word-valid = Válida
word-invalid = No válida
word-undetermined = Sin decidir

page-credential = Credencial
page-issued-by = Emitida por
page-kept-until = Los datos personales se borran aquí el { $until }.
page-not-kept = Aquí no se conservan datos personales.
page-checks = Lo que se comprobó
page-predicates = Lo que la política pide además
page-optional = opcional
page-report = Informe
page-policy = Política
page-checked-at = Comprobado
page-evidence = Pruebas
page-code = Código
page-language = Idioma
page-receipt = Recibo firmado
page-again = Comprobar otra
paper-valid-from = Válido desde
paper-valid-until = Válido hasta
paper-how = Quien reciba esta página la comprueba con los códigos de abajo o con este archivo, en la ventanilla de cualquier organismo o en la página de un verificador. La firma del emisor está en la credencial que contienen; las palabras de esta página son solo su representación y no prueban nada por sí mismas.
paper-copies = Cualquiera puede mostrar una copia hasta que la credencial caduque o se revoque. Cuando importe quién la muestra, pida una respuesta de la cartera de la persona.

evidence-accreditedSince = Acreditado desde
evidence-anchorHeaderHash = Cabecera del bloque del registro
evidence-anchorHeight = Bloque del registro
evidence-anchorSequence = Número del registro
evidence-at = Lugar
evidence-checkedAt = Comprobado
evidence-compromisedAt = Declarada robada
evidence-day = Día que cuenta
evidence-deactivatedAt = Abandonado
evidence-demandedCourse = Curso exigido
evidence-demandedLevel = Nivel exigido
evidence-detail = Detalle
evidence-endedAt = Terminó
evidence-fault = Defecto
evidence-grantedBy = Concedida por
evidence-headerAgeSeconds = Antigüedad del bloque en segundos
evidence-headerHash = Cabecera del bloque
evidence-headerHeight = Bloque
evidence-headerTime = Hora del bloque
evidence-issuedAt = Momento de emisión demostrado
evidence-issuer = Emisor
evidence-listAgeSeconds = Antigüedad de la lista en segundos
evidence-listDigest = Resumen de la lista
evidence-listPublishedAt = Lista publicada
evidence-listVersion = Versión de la lista
evidence-longestAgeSeconds = Antigüedad máxima en segundos
evidence-neededUntil = Necesaria hasta
evidence-onChain = Registrada en la cadena
evidence-predicate = Respuesta
evidence-registrySays = El registro dice
evidence-retiredAt = Retirada
evidence-rule = Regla
evidence-schema = Descripción
evidence-schemaDigest = Resumen de la descripción
evidence-shownDigest = Resumen de la lista mostrada
evidence-shownList = Lista mostrada
evidence-speaksFor = Habla por
evidence-statusList = Lista de estado
evidence-statusMessage = Lo que dice el emisor
evidence-statusType = Tipo de estado
evidence-stoppedAt = Detenido
evidence-through = Acreditado a través de
evidence-type = Tipo de credencial
evidence-validFrom = Válida desde
evidence-validUntil = Válida hasta
evidence-verificationMethod = Clave
evidence-withinDays = Plazo en días
