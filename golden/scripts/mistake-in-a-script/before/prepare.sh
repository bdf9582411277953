#!/bin/bash
mkdir -p data
if [ ! -f data/x ]; then
  touch data/x
