#!/bin/bash
exec gunicorn app:app
