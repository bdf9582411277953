#!/bin/sh
# Stands for apt-get, which installs no Python here.
for word; do
    case $word in
    python* | pip*)
        echo "lab: no '$word' in its apt" >&2
        exit 90
        ;;
    esac
done
