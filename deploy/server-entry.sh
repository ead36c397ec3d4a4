#!/bin/sh
# server-entry.sh slapd|dovecot|postfix [configure]: fills in the configuration from the environment (see README.md) and
# starts the server in the foreground; with `configure` it starts nothing, for a machine where systemd does. The entry
# point of servers.Dockerfile.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
fill() { "$here/fill.sh" "$here/$1" "$2"; }
start() { if [ "$only" != configure ]; then exec "$@"; fi; }
only=${2-}

case $1 in
slapd)
  export RUN=/run/slapd DATA=/var/lib/ldap MODULES=/usr/lib/ldap SCHEMA=/etc/ldap/schema NO_SYNC=FALSE
  export CONGVU_SCHEMA="$here/openldap/congvu.ldif"
  CONGVU_PASSWORD_HASH=$(slappasswd -h '{SSHA}' -s "$CONGVU_PASSWORD")
  DOVECOT_PASSWORD_HASH=$(slappasswd -h '{SSHA}' -s "$DOVECOT_PASSWORD")
  POSTFIX_PASSWORD_HASH=$(slappasswd -h '{SSHA}' -s "$POSTFIX_PASSWORD")
  export CONGVU_PASSWORD_HASH DOVECOT_PASSWORD_HASH POSTFIX_PASSWORD_HASH
  # slapd reads its key as its own user.
  install -o openldap -m 400 "$KEY_FILE" /etc/ldap/server.key
  export KEY_FILE=/etc/ldap/server.key
  rm -rf /etc/ldap/slapd.d
  mkdir -p /etc/ldap/slapd.d "$RUN" "$DATA"
  fill openldap/slapd.ldif /etc/ldap/slapd.ldif
  slapadd -n 0 -F /etc/ldap/slapd.d -l /etc/ldap/slapd.ldif
  if [ ! -e "$DATA/data.mdb" ]; then
    fill openldap/tree.ldif /etc/ldap/tree.ldif
    slapadd -n 1 -F /etc/ldap/slapd.d -l /etc/ldap/tree.ldif
  fi
  rm -f /etc/ldap/slapd.ldif /etc/ldap/tree.ldif
  chown -R openldap:openldap /etc/ldap/slapd.d "$RUN" "$DATA"
  # slapd makes room for as many connections as there may be open files, which can be millions.
  ulimit -n 4096
  start slapd -F /etc/ldap/slapd.d -u openldap -g openldap -h 'ldap:/// ldaps:/// ldapi:///' -d 0
  ;;
dovecot)
  export RUN=/run/dovecot STATE=/var/lib/dovecot CONF=/etc/dovecot MAIL_HOME=/var/vmail
  export MAIL_UID=5000 MAIL_GID=5000 MAIL_FSYNC=optimized AUTH_FAILURE_DELAY='2 secs'
  export LISTEN='*' IMAPS_PORT=993 DOVEADM_PORT=8443 DOVEADM_LISTEN="${DOVEADM_LISTEN-*}" SMTP_HOST="${SMTP_HOST-127.0.0.1:25}"
  if [ "$only" = configure ]; then export LOG=syslog; else export LOG=/dev/stderr; fi
  for file in dovecot.conf dovecot-ldap.conf.ext dovecot-ldap-users.conf.ext dovecot-acls automatic-reply.sieve; do
    fill "dovecot/$file" "$CONF/$file"
  done
  sievec -c "$CONF/dovecot.conf" "$CONF/automatic-reply.sieve"
  # They are read by what runs as the owner of the mail.
  chmod 644 "$CONF/dovecot-acls" "$CONF/automatic-reply.sieve" "$CONF/automatic-reply.svbin"
  mkdir -p "$RUN" "$STATE" "$MAIL_HOME" "$MAIL_HOME-archive"
  chown 5000:5000 "$STATE" "$MAIL_HOME" "$MAIL_HOME-archive"
  chmod 700 "$MAIL_HOME-archive"
  start dovecot -F
  ;;
postfix)
  export QUEUE=/var/spool/postfix DATA=/var/lib/postfix CONF=/etc/postfix
  if [ "$only" = configure ]; then export LOG= LOG_PREFIX=/var; else export LOG=/dev/stdout LOG_PREFIX=/dev/stdout; fi
  export POSTING_SERVICE="${POSTING_SERVICE-127.0.0.1:10031}"
  export BOUNCE_LOCAL="${BOUNCE_LOCAL-thu-tra-ve}" BOUNCE_DOOR="${BOUNCE_DOOR-127.0.0.1:2526}"
  export LISTEN=all SMTP_PORT=smtp SUBMISSION_PORT=submission DOVECOT_RUN=/run/dovecot
  for file in main.cf master.cf submission-headers returns; do
    fill "postfix/$file" "$CONF/$file"
    chmod 644 "$CONF/$file"
  done
  for file in "$here"/postfix/ldap-*.cf; do
    fill "postfix/${file##*/}" "$CONF/${file##*/}"
    chgrp postfix "$CONF/${file##*/}"
    chmod 640 "$CONF/${file##*/}"
  done
  start postfix start-fg
  ;;
*)
  echo "usage: $0 slapd|dovecot|postfix [configure]" >&2
  exit 64
  ;;
esac
