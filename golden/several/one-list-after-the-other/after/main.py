import flask

app = None
