#!/bin/sh
# Ends the servers of a process that has ended, however it ended (an exit, Ctrl-C, a crash, kill -9): it reads what there is
# to end from its standard input, which closes with that process.
#   + SIGNAL PID     a server, the leader of its process group, and the signal that ends it in order
#   - PID            it has ended
#   folder PATH      to be removed last      keep PATH   not any more
trap '' INT TERM HUP
pids=
folders=
without() { kept=; for item in $2; do [ "${item##*:}" = "$1" ] || kept="$kept $item"; done; }
while read -r verb a b; do
  case $verb in
    +) pids="$pids $a:$b" ;;
    -) without "$a" "$pids"; pids=$kept ;;
    folder) folders="$folders $a" ;;
    keep) without "$a" "$folders"; folders=$kept ;;
  esac
done
for item in $pids; do kill -s "${item%%:*}" -- "-${item##*:}" 2>/dev/null; done
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  left=
  for item in $pids; do kill -0 "${item##*:}" 2>/dev/null && left=yes; done
  [ -z "$left" ] && break
  sleep 0.2
done
for item in $pids; do kill -s KILL -- "-${item##*:}" 2>/dev/null; done
for folder in $folders; do rm -rf "$folder"; done
exit 0
