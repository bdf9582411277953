#!/bin/sh
python -m ensurepip
python -m pip install -r requirements.txt
