#!/bin/bash
exec /opt/venv/bin/python server/main.py
