import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createHash } from 'node:crypto'
import type { Slapd } from '../../scripts/servers/slapd.ts'
import type { Mailbox } from '../../src/mail/mail.ts'

async function modify(slapd: Slapd, ldif: string): Promise<void> {
  const child = spawn('ldapmodify', ['-c', '-Q', '-Y', 'EXTERNAL', '-H', slapd.adminUrl], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.stdin.end(ldif)
  await once(child, 'close')
}

const dn = (slapd: Slapd, login: string): string => `uid=${login},ou=people,${slapd.baseDn}`

/** Writes mailbox holders as the directory shows them, past Congvu: made when missing, else their quota is changed. */
export async function addMailboxes(slapd: Slapd, mailboxes: readonly Mailbox[]): Promise<void> {
  const entries = mailboxes.map(({ login, mail, quotaMb }) => {
    const hex = createHash('sha256').update(login).digest('hex')
    const id = [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `8${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ].join('-')
    return `dn: ${dn(slapd, login)}
changetype: add
objectClass: inetOrgPerson
objectClass: congvuMailAccount
uid: ${login}
cn: ${login}
sn: ${login}
mail: ${mail}
congvuId: ${id}
congvuSignIn: FALSE
congvuReceive: TRUE
congvuQuota: ${quotaMb}

dn: ${dn(slapd, login)}
changetype: modify
replace: congvuQuota
congvuQuota: ${quotaMb}
`
  })
  await modify(slapd, entries.join('\n'))
}

export const removeMailboxes = (slapd: Slapd, logins: readonly string[]): Promise<void> =>
  modify(slapd, logins.map((login) => `dn: ${dn(slapd, login)}\nchangetype: delete\n`).join('\n'))
