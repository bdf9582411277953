if [ "$LITE" = 1 ]; then
  python -m venv /opt/lite
else
  python -m venv /opt/full
fi
