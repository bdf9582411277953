#!/bin/bash
# Stands for Nix: `nix-env -if FILE` links what the expression names into the profile. The table of names is
# the lab's own, on purpose: it must not learn from the model that it is there to check.
set -eu
[ "$1" = -if ] || { echo "lab: nix-env $*" >&2; exit 90; }
packages=$(sed -n "/^ *'')\$/{n;p;q}" "$2")
libraries=$(sed -n 's/.*makeLibraryPath \[ \(.*\) \].*/\1/p' "$2")
profile=/root/.nix-profile
python=/nix/store/lab-python
mkdir -p $profile/bin $profile/etc/profile.d

for name in $packages; do
    case $name in
    # Nix looks all names up before it builds anything.
    pip | pip3 | python-pip | python3-pip | python3*-pip | venv | python3-venv | ensurepip | python3-dev | build-essential | npm)
        printf "error: undefined variable '%s'\n\n       at /app/%s:19:9\n" "$name" "$2" >&2
        exit 1
        ;;
    esac
done
for name in $packages; do
    case $name in
    python3 | python3[0-9] | python3[0-9][0-9])
        ln -sfn $python/bin/python3 $profile/bin/python
        ln -sfn $python/bin/python3 $profile/bin/python3
        minor=${name#python3}
        [ -z "$minor" ] || ln -sfn $python/bin/python3 "$profile/bin/python3.$minor"
        # `python -m venv` writes down the profile, and a venv's interpreter looks for its library there.
        for library in $python/lib*; do ln -sfn "$library" $profile/; done
        ;;
    python3*Packages.pip | python3*.pkgs.pip)
        for link in pip pip3; do ln -sfn /nix/store/lab-pip/bin/pip $profile/bin/$link; done
        ;;
    curl | wget) ln -sfn "/nix/store/lab-fetch/bin/$name" $profile/bin/ ;;
    nodejs* | npm-*) for link in node npm npx; do ln -sfn /nix/store/lab-stub/bin/stub $profile/bin/$link; done ;;
    uv | poetry) [ ! -e /nix/store/lab-managers ] || ln -sfn "/nix/store/lab-managers/bin/$name" $profile/bin/ ;;
    gcc | ffmpeg) ln -sfn /nix/store/lab-stub/bin/stub "$profile/bin/$name" ;;
    gnumake | pkg-config | pkgconfig | git | chromium | chromedriver | tesseract* | poppler_utils | postgresql* | ffmpeg-* | caddy | nginx | bash | file)
        ln -sfn /nix/store/lab-stub/bin/stub "$profile/bin/${name%%_*}"
        ;;
    # Libraries, and packages of Python's that no environment sees: no program that an app here would call.
    ta-lib | postgresql*.dev | zlib | openssl | libffi | libGL | glib | cairo | pango | libjpeg | libpng | giflib | librsvg | libgcc | libmagic | \
        stdenv.cc.cc.lib | python3*Packages.setuptools | python3*Packages.wheel | cacert | curl.dev | libxml2 | libxslt | freetype | fontconfig | xorg.*) ;;
    *)
        echo "lab: no '$name' in its table of packages" >&2
        exit 90
        ;;
    esac
done
case " $libraries " in
*" stdenv.cc.cc.lib "*)
    echo 'export LD_LIBRARY_PATH="/nix/store/lab-libstdcxx/lib:$LD_LIBRARY_PATH"' >$profile/etc/profile.d/lab-env.sh
    ;;
esac
