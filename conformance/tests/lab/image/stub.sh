#!/bin/sh
# Stands for a program of a package that the lab does not have.
echo "LAB-RAN ${0##*/}"
