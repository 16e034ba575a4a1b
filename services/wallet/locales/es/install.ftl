# The guide to put the wallet on the home screen.

install-title = Ponga la cartera en la pantalla de inicio
install-why = Así se abre como sus otras aplicaciones, también sin red, y el teléfono no la borra al cabo de unas semanas.
install-do = Ponerla ahora
install-how = Cómo se hace
install-android-menu = Abra esta página en Chrome y toque los tres puntos junto a la dirección.
install-android-add = Toque «Añadir a pantalla de inicio» o «Instalar aplicación» y acepte.
install-done = Desde entonces abra la cartera por su imagen: un puente blanco sobre azul.
install-iphone-keys = En un iPhone hágalo antes de recibir credenciales. La cartera de la pantalla de inicio tiene sus propias claves: lo que recibió en Safari solo puede mostrarse desde Safari.
install-iphone-open = Abra esta página en Safari.
install-iphone-share = Toque el cuadrado con la flecha hacia arriba.
install-iphone-add = Baje, toque «Añadir a pantalla de inicio» y después «Añadir».
install-computer-open = Abra esta página en Chrome o Edge.
install-computer-press = Pulse la pequeña pantalla con una flecha al final de la dirección y después «Instalar».
