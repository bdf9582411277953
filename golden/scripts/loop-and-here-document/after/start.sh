#!/bin/bash
tries=0
while [ $tries -lt 5 ]; do
  sleep 1
  tries=$((tries+1))
done
exec gunicorn main:app
