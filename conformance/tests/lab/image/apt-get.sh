#!/bin/sh
# Stands for apt-get, which installs no Python here.
for word; do
    case $word in
    # Gone from Ubuntu noble, which the base image is.
    libgl1-mesa-glx)
        echo "E: Package '$word' has no installation candidate" >&2
        exit 100
        ;;
    python* | pip*)
        echo "lab: no '$word' in its apt" >&2
        exit 90
        ;;
    esac
done
