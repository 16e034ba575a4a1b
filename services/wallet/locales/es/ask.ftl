# Turning to an organisation that offered nothing yet.

ask-title = Pedir una credencial
ask-lead = Elija quién debe dársela. Usted inicia sesión allí y ellos deciden. No se envía nada de su cartera.
ask-away = Ahora no responde
ask-choose = Elegir
ask-what = ¿Qué necesita?
ask-what-lead = Lleva unos dos minutos. Después inicia sesión allí.
ask-nothing = No dan nada de esta manera
ask-nothing-what = Espere a que le ofrezcan algo, o pregúnteles.
ask-button = Pedirla
ask-others = Otras organizaciones
