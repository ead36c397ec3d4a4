# slapd, Dovecot and Postfix of Debian 12 with the configuration of this folder; one image for the three, so that the
# users who meet at Dovecot's sockets have the same numbers. Build it from the root of the repository.
FROM debian:12-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      slapd ldap-utils postfix postfix-ldap \
      dovecot-core dovecot-imapd dovecot-lmtpd dovecot-ldap dovecot-sieve \
 && rm -rf /var/lib/apt/lists/* /var/lib/ldap/* /etc/ldap/slapd.d \
 && groupadd --gid 5000 vmail \
 && useradd --uid 5000 --gid 5000 --home-dir /var/vmail --shell /usr/sbin/nologin vmail
COPY deploy/fill.sh deploy/server-entry.sh /opt/congvu/
COPY deploy/openldap /opt/congvu/openldap
COPY deploy/dovecot /opt/congvu/dovecot
COPY deploy/postfix /opt/congvu/postfix
ENTRYPOINT ["/opt/congvu/server-entry.sh"]
