import json

import requests
