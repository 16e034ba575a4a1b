# A signed paper form, sent as a picture.

form-title = Plutôt sur papier ?
form-what = Avez-vous signé le formulaire de la lettre de la Caisse ? Envoyez-en une photo ici. La valeur est la même que par la poste.
form-file = La page signée
form-hint = Photographiez toute la page d’en haut, à plat et avec une bonne lumière, avec le code carré et les quatre repères. JPEG, PNG ou PDF, 8 Mo au plus.
form-send = Envoyer le formulaire
form-as-it-is = L’envoyer tel quel : un agent le lit
form-waits = La Caisse a votre formulaire
form-waits-what = Envoyé le { $sent }. Un agent regarde la signature. Vous n’avez plus rien à faire.
form-refused = Le formulaire n’a pas été accepté
form-refused-what = Vérifiez qu’il est signé et daté et envoyez-le encore, ou prenez une autre voie : le téléphone, une visite ou un appel. La valeur est la même.
form-accepted = La Caisse a accepté votre formulaire signé pour { $year }.
form-unread = Le formulaire n’est pas encore envoyé
form-unread-picture = L’image ne peut pas être lue. Photographiez encore une fois toute la page, nette et avec une bonne lumière.
form-unread-no-code = Le code carré du formulaire n’a pas été trouvé. Photographiez encore une fois toute la page, à plat et avec une bonne lumière.
form-unread-several = Il y a deux formulaires sur l’image. Photographiez chaque page séparément.
form-unread-not-ours = Ce n’est pas un formulaire de cette Caisse. Vérifiez que c’est bien la page de la lettre.
form-unread-other-person = Ce formulaire a été envoyé à quelqu’un d’autre. Utilisez celui de la lettre qui vous est adressée.
form-unread-unsigned = Aucune signature n’a été vue à sa place. Signez là, puis photographiez encore la page.
form-not-too-large = Le fichier dépasse 8 Mo. Photographiez encore la page ou choisissez un fichier plus petit. Par la poste, le formulaire a la même valeur.
form-not-too-many = Tant d’images du formulaire ont été envoyées que la prochaine va par la poste. La valeur est la même. Ou appelez la Caisse : un agent vous aide.
form-not-no-forms = La Caisse n’a pas de formulaire à votre nom. Utilisez le téléphone, ou demandez une visite ou un appel. Tout a la même valeur.
form-not-type = Choisissez une photo (JPEG ou PNG) ou un PDF de la page signée.
form-not-busy = La Caisse ne peut pas recevoir le formulaire en ce moment. Rien n’est perdu : renvoyez-le dans une minute.
