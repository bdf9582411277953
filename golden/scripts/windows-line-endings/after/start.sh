#!/bin/sh
set -e
gunicorn shop:app
