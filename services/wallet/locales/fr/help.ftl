help-title = Besoin d’aide ?
help-call = Appelez-nous
help-call-before = Appelez-nous :
help-hours = Heures : { $hours }
help-code-before = Code d’assistance :
help-code-what = Lisez ce code au téléphone. Il dit sur quelle page vous êtes et ce qui n’a pas marché, et rien sur vous.
help-never = Personne ne vous demandera votre code PIN au téléphone ou dans un message. Nous ne vous envoyons jamais de lien pour vous connecter.
