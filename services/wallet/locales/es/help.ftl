help-title = ¿Necesita ayuda?
help-call = Llámenos
help-call-before = Llámenos:
help-hours = Horario: { $hours }
help-code-before = Código de ayuda:
help-code-what = Lea este código por teléfono. Dice en qué página está y qué falló, y nada sobre usted.
help-never = Nadie le pedirá su PIN por teléfono ni en un mensaje. Nunca le enviamos un enlace para iniciar sesión.
