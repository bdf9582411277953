#!/bin/bash
set -e
. deploy/lib.sh
# the packages
install_packages
