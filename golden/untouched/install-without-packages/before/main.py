import json
import http.server
