#!/bin/sh
# fill.sh SOURCE TARGET: copies a file of this folder and replaces every @@NAME@@ by the environment variable NAME. A name
# without a value ends it with an error, and TARGET is not written. TARGET is readable by its owner only.
set -eu
umask 077
awk '{
  rest = $0; line = ""
  while (match(rest, /@@[A-Z_]+@@/)) {
    name = substr(rest, RSTART + 2, RLENGTH - 4)
    if (!(name in ENVIRON)) { print FILENAME ": no value for " name > "/dev/stderr"; exit 1 }
    line = line substr(rest, 1, RSTART - 1) ENVIRON[name]
    rest = substr(rest, RSTART + RLENGTH)
  }
  print line rest
}' "$1" > "$2.new"
mv "$2.new" "$2"
