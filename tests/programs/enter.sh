#!/bin/sh
# enter.sh ROOT FOLDER SHARED PROGRAM [ARGUMENT ...]: runs a program in another root, from FOLDER.
# SHARED are folders of this machine, with blanks between, that are at the same place there; what is not there is left out.
# Exit status 125: the root cannot be entered.
[ "$(id -u)" = 0 ] || user=--map-root-user
# shellcheck disable=SC2086
exec unshare --mount $user sh -c '
    root=$0 folder=$1 shared=$2
    shift 2
    for d in $shared; do
        [ -d "$d" ] || continue
        mkdir -p "$root$d" && mount --rbind "$d" "$root$d" || exit 125
    done
    cd / && exec chroot "$root" env --chdir="$folder" "$@"
' "$@"
