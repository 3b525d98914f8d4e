#!/bin/sh
# Prints the first Python on the search path that can make the local stack's environments. Without one, says on standard
# error what to install, and fails. Every package in ../requirements supports exactly these versions.
looked_at=""
for name in python3 python3.13 python3.12 python3.11 python3.14 python3.10 python; do
    program=$(command -v "$name") || continue
    version=$("$program" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    case "$version" in
    3.10 | 3.11 | 3.12 | 3.13 | 3.14)
        # Debian and Ubuntu ship these two modules apart.
        if "$program" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "$program"
            exit 0
        fi
        looked_at="$looked_at
    $program ($version) lacks its venv module"
        ;;
    *)
        looked_at="$looked_at
    $program is version $version"
        ;;
    esac
done

cat >&2 <<END
Python 3.10 to 3.14 with its venv module is needed, for the AWS emulator and the SAM command line.

    Debian, Ubuntu:  sudo apt install python3 python3-venv
    Fedora:          sudo dnf install python3
    macOS:           brew install python@3.13

Found:${looked_at:- no program called python}
END
exit 1
