#!/bin/bash
uv pip install -r requirements.txt
