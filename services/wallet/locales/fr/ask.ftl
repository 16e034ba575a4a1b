# Turning to an organisation that offered nothing yet.

ask-title = Demander un justificatif
ask-lead = Choisissez qui doit vous le remettre. Vous vous connectez chez eux, et ils décident. Rien n’est envoyé de votre portefeuille.
ask-away = Ne répond pas en ce moment
ask-choose = Choisir
ask-what = De quoi avez-vous besoin ?
ask-what-lead = Cela prend environ deux minutes. Ensuite, vous vous connectez chez eux.
ask-nothing = Ils ne remettent rien de cette façon
ask-nothing-what = Attendez qu’ils vous proposent quelque chose, ou demandez-leur.
ask-button = Le demander
ask-others = Autres organisations
