import flask

from app import client

app = flask.Flask(__name__)
