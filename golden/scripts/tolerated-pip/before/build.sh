#!/bin/bash
pip install rich || echo "without colours"
