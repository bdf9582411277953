#!/bin/bash
set -e
if [ "$MIGRATE" = 1 ]; then
  echo migrating
fi
exec python main.py
