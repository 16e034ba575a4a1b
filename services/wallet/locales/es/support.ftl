support-title = Código de ayuda
support-lead = Escriba el código que lee la persona.
support-read = Leer el código
support-wrong = Esto no es un código. Pídalo otra vez.
support-where = Página y paso
support-problem = Qué falló
support-none = Nada
support-when = Cuándo
