wallet = Cartera
frame-skip = Ir al contenido
frame-navigation = Menú principal
frame-about = Acerca de
frame-notice = Aviso
frame-demonstration = Demostración: ninguna credencial de aquí es real.
frame-signed-in-as = Sesión de
frame-sign-out = Cerrar sesión
frame-language = Idioma
frame-credentials = Credenciales
frame-activity = Actividad
frame-account = Cuenta
frame-foot = Cartera Passerelle
frame-noscript = Esta página necesita JavaScript.
frame-noscript-why = Sus credenciales están vinculadas a una clave que solo guarda este navegador, y solo JavaScript puede usarla. Active JavaScript para esta dirección o pida a la organización hacerlo en papel o en persona: vale lo mismo.
frame-event = Número de este suceso, para los funcionarios: { $number }

moment = { $date }, { $time } UTC
day = { $day } de { $month ->
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
} de { $year }
list-next = { $before }, { $next }
list-last = { $before } y { $next }
