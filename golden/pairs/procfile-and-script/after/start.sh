#!/bin/sh
exec gunicorn main:app --bind 0.0.0.0:8000
