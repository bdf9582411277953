#!/bin/bash
if ! command -v gunicorn > /dev/null; then
  echo "gunicorn is missing"
  exit 1
fi
exec gunicorn main:app
