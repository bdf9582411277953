import connexion

app = connexion.AsyncApp(__name__)
