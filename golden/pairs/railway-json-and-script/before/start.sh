#!/bin/sh
exec /usr/local/bin/python main.py
