party-proven = Nombre demostrado por el registro
party-certified = Nombre según un certificado
party-unproven = No demostrado por el registro
party-offers = Lo ofrece desde { $host }
party-asks = Lo pide desde { $host }
party-certified-why = No está en el registro: una autoridad en la que esta cartera confía dice quién es.
party-unproven-why = Solo conocemos la dirección, no quién está detrás. Siga solo si lo esperaba.
