# Puestos: dispositivos de funcionarios en un lugar fijo, y la prueba anual que se hace allí.

station-title = Puesto
station-lead = Un dispositivo en un lugar fijo, donde las personas sin teléfono muestran a la Caja que están ahí.
station-this = Este dispositivo
station-is = Es el puesto { $name } ({ $country }).
station-key = Su clave, para la Caja
station-key-what = Envíela a un administrador de la Caja, que la registra junto con el lugar. Antes de eso no se aceptan pruebas hechas aquí.
station-none = Todavía no es un puesto. Su lugar no podrá cambiarse después.
station-name = Nombre, por ejemplo el de la oficina
station-country = País
station-country-hint = Tres letras, por ejemplo SEN
station-open = Convertir este dispositivo en un puesto
station-others = Otros puestos
station-close = Cerrar el puesto
station-where = Está en el puesto { $name }.
station-step = Mostrar que está aquí
station-how = El funcionario comprueba quién es usted. Luego usted escribe su PIN. Si la Caja tiene una foto suya, la cámara toma algunas más. La Caja lo mira y confirma.
station-recognised = Para el funcionario: ¿cómo sabe quién es esta persona?
station-by-document = He comparado un documento de identidad con la persona
station-by-acquaintance = Conozco a esta persona desde hace tiempo
station-vouch = Su nombre, este puesto y su país van a la Caja con la prueba.
station-recognised-missing = Primero el funcionario dice cómo conoce a esta persona.
station-without-what = ¿No hay cámara, o no se puede girar la cabeza? Siga sin fotos: la palabra del funcionario vale lo mismo.
station-sent-what = La Caja lo mira y confirma. Después el certificado llega a esta cartera; estará a más tardar en su próxima visita.
station-needed = Este dispositivo no es un puesto de la Caja
station-needed-what = Termine esta visita. Después un funcionario abre un puesto en «Puesto», y la Caja lo registra. Mientras tanto, el papel vale lo mismo.
