#!/bin/bash
python3.11 -m gunicorn main:app
