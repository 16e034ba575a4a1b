# A card to be printed.

paper-title = Imprimir una tarjeta
paper-lead = Para cuando no haya ningún dispositivo. Una ventanilla lee sus códigos. Tarda unos dos minutos.
paper-warning = Quien tenga la tarjeta, o una foto de ella, puede mostrarla hasta que caduque o se retire. Imprima solo lo necesario.
paper-choose = Lo que dice la tarjeta
paper-always = El nombre de la organización y las fechas figuran siempre. Nada más está elegido de antemano.
paper-make = Preparar la tarjeta
paper-print = Imprimir
paper-until = Válido hasta el { $date }.
paper-only-codes = Solo cuentan los códigos. Nadie firmó las palabras de alrededor.
