#!/bin/bash
source .venv/bin/activate
exec gunicorn main:app
