import flask
import json

import helper

try:
    import requests
except ImportError:
    requests = None
