# The guide to put the wallet on the home screen.

install-title = Mettez le portefeuille sur l’écran d’accueil
install-why = Il s’ouvre alors comme vos autres applications, même sans réseau, et le téléphone ne l’efface pas après quelques semaines.
install-do = Le mettre maintenant
install-how = Comment faire
install-android-menu = Ouvrez cette page dans Chrome et touchez les trois points à côté de l’adresse.
install-android-add = Touchez « Ajouter à l’écran d’accueil » ou « Installer l’application », puis acceptez.
install-done = Ouvrez ensuite le portefeuille par son image : un pont blanc sur fond bleu.
install-iphone-keys = Sur un iPhone, faites-le avant de recevoir des justificatifs. Le portefeuille de l’écran d’accueil a ses propres clés : ce que vous avez reçu dans Safari ne peut être présenté que depuis Safari.
install-iphone-open = Ouvrez cette page dans Safari.
install-iphone-share = Touchez le carré avec la flèche vers le haut.
install-iphone-add = Descendez, touchez « Sur l’écran d’accueil », puis « Ajouter ».
install-computer-open = Ouvrez cette page dans Chrome ou Edge.
install-computer-press = Appuyez sur le petit écran avec une flèche au bout de l’adresse, puis sur « Installer ».
