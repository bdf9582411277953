#!/bin/bash
# Stands for curl and wget, which know one file here: the script that installs pip.
name=${0##*/} out='' url='' remote=''
[ "$name" = wget ] && remote=yes
while (($#)); do
    case $1 in
    http*) url=$1 ;;
    -o | --output | --output-document) out=$2 && shift ;;
    -O) if [ "$name" = wget ]; then out=$2 && shift; else remote=yes; fi ;;
    -qO-) out=- ;;
    esac
    shift
done
case $url in
*/get-pip.py) ;;
*)
    echo "$name: (6) Could not resolve host: the lab has no network" >&2
    exit 6
    ;;
esac
[ -z "$out" ] && [ -n "$remote" ] && out=get-pip.py
if [ -z "$out" ] || [ "$out" = - ]; then cat /nix/store/lab-fetch/get-pip.py; else cp /nix/store/lab-fetch/get-pip.py "$out"; fi
