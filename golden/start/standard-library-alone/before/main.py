"""Serves files.

import flask is not needed.
"""
import http.server
from helper import PORT

http.server.test(port=PORT)
