#!/bin/bash
python -m venv /opt/venv && /opt/venv/bin/pip install -r server/requirements.txt
