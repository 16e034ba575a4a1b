help-title = ¿Necesita ayuda?
help-call = Llámenos
help-call-before = Llámenos:
help-hours = Horario: { $hours }
help-code-before = Código de ayuda:
help-code-what = Lea este código por teléfono. Dice en qué página está y qué falló, y nada sobre usted.
help-never = Nunca le enviamos un enlace para iniciar sesión ni le pedimos su PIN.
