#!/bin/bash
cat > settings.env <<EOF
DEBUG=0
EOF
pip install -r requirements.txt
