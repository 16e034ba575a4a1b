# A card to be printed.

paper-title = Print a card
paper-lead = For times without any device. A desk reads its codes. It takes about two minutes.
paper-warning = Whoever has the card, or a picture of it, can show it until it expires or is withdrawn. Print only what is needed.
paper-choose = What stands on the card
paper-always = The organisation’s name and the dates are always on it. Nothing else is chosen beforehand.
paper-make = Make the card
paper-print = Print
paper-until = Valid until { $date }.
paper-only-codes = Only the codes count. Nobody signed the words around them.
