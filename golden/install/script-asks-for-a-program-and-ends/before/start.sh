#!/bin/bash
which gunicorn || { echo "no gunicorn"; exit 1; }
exec gunicorn main:app
