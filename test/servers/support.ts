import { execFile } from 'node:child_process'
import { argon2Sync, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'
import { ImapFlow } from 'imapflow'
import type { Servers } from '../../scripts/servers/all.ts'

export type Run = { readonly code: number; readonly output: string }

/** Runs a program to its end, whatever it says. */
export const run = (program: string, args: readonly string[], env: Record<string, string> = {}, input?: string) =>
  new Promise<Run>((resolve) => {
    const child = execFile(
      program,
      [...args],
      { env: { ...process.env, ...env }, timeout: 20_000 },
      (error, out, err) => {
        resolve({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, output: out + err })
      },
    )
    // A program that reads nothing may be over before it is told that there is nothing.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input ?? '')
  })

/** A hash as Congvu writes it, with little memory so that tests are quick. */
export function argon2(password: string): string {
  const nonce = randomBytes(16)
  const cost = { memory: 8192, passes: 1, parallelism: 1 }
  const tag = argon2Sync('argon2id', { message: password, nonce, tagLength: 32, ...cost })
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  return `{ARGON2}$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=1$${text(nonce)}$${text(tag)}`
}

export type Person = { readonly login: string; readonly mail: string; readonly id: string }

/** An entry of a person; without a password unless one is given. */
export function personEntry(servers: Servers, person: Person, extra: readonly string[] = []): string {
  return [
    `dn: uid=${person.login},ou=people,${servers.slapd.baseDn}`,
    'objectClass: inetOrgPerson',
    'objectClass: congvuMailAccount',
    `uid: ${person.login}`,
    `cn: ${person.login}`,
    `sn: ${person.login}`,
    `mail: ${person.mail}`,
    `congvuId: ${person.id}`,
    'congvuReceive: TRUE',
    'congvuQuota: 100',
    'congvuRevision: 1',
    ...extra,
    '',
  ].join('\n')
}

/** What the tests do to the servers, with the rights of Congvu unless another name is given. */
export function visit(servers: Servers) {
  const { slapd, imap, smtp, submission, caFile, dovecot } = servers
  const bind = (dn = slapd.bindDn, password = slapd.bindPassword) => [
    '-x',
    '-ZZ',
    '-H',
    slapd.url,
    '-D',
    dn,
    '-w',
    password,
  ]
  const trust = { LDAPTLS_CACERT: caFile }
  const swaks = (...args: string[]) => run('swaks', ['--server', smtp.host, '--helo', 'client.example', ...args])

  return {
    add: (ldif: string) => run('ldapadd', bind(), trust, ldif),
    modify: (ldif: string, dn?: string, password?: string) => run('ldapmodify', bind(dn, password), trust, ldif),
    search: (
      filter: string,
      attributes: string[],
      dn?: string,
      password?: string,
      base = `ou=people,${slapd.baseDn}`,
    ) => run('ldapsearch', ['-LLL', ...bind(dn, password), '-b', base, filter, ...attributes], trust),
    whoami: (dn: string, password: string) => run('ldapwhoami', bind(dn, password), trust),
    whoamiUnencrypted: (dn: string, password: string) =>
      run('ldapwhoami', ['-x', '-H', slapd.url, '-D', dn, '-w', password]),

    /** From outside, to port 25. */
    mailFromOutside: (to: string, from = 'dan@example.com', subject = 'Kính gửi', ...headers: string[]) =>
      swaks(
        ...['--port', String(smtp.port), '--from', from, '--to', to],
        ...[`Subject: ${subject}`, ...headers].flatMap((header) => ['--header', header]),
      ),
    /** From a person's mail program, to port 587. */
    submit: (login: string, password: string, from: string, to: string) =>
      swaks(
        ...[
          '--port',
          String(submission.port),
          '-tls',
          '--auth',
          'PLAIN',
          '--auth-user',
          login,
          '--auth-password',
          password,
        ],
        ...['--from', from, '--to', to, '--header', `Subject: from ${from}`],
      ),
    submitUnencrypted: (login: string, password: string, from: string, to: string) =>
      swaks(
        ...['--port', String(submission.port), '--auth', 'PLAIN', '--auth-user', login, '--auth-password', password],
        ...['--from', from, '--to', to],
      ),

    /** Signs in over IMAP, does the work, signs out. Throws when the sign-in is refused. */
    async imap<T>(login: string, password: string, work: (client: ImapFlow) => Promise<T>): Promise<T> {
      const client = new ImapFlow({
        ...{ host: imap.host, port: imap.port, secure: true, logger: false },
        auth: { user: login, pass: password },
        tls: { ca: readFileSync(caFile) },
      })
      client.on('error', () => undefined)
      await client.connect()
      try {
        return await work(client)
      } finally {
        await client.logout()
      }
    },

    /** The subjects of the letters in a folder, once there are as many as awaited. */
    async subjects(login: string, password: string, count: number, folder = 'INBOX'): Promise<string[]> {
      return this.imap(login, password, async (client) => {
        for (let tries = 0; ; tries++) {
          await client.mailboxOpen(folder)
          const found: string[] = []
          for await (const message of client.fetch('1:*', { envelope: true }))
            found.push(message.envelope?.subject ?? '')
          if (found.length >= count || tries > 50) return found
          await client.mailboxClose()
          await pause(50)
        }
      })
    },

    /** POST /doveadm/v1 with one command. */
    doveadm: (command: string, parameters: Record<string, unknown>, key = dovecot.apiKey) =>
      new Promise<{ status: number; body: string }>((resolve, reject) => {
        const call = request(
          new URL('/doveadm/v1', dovecot.url),
          {
            method: 'POST',
            ca: readFileSync(caFile),
            headers: {
              'Content-Type': 'application/json',
              Authorization: `X-Dovecot-API ${Buffer.from(key).toString('base64')}`,
            },
          },
          (answer) => {
            let body = ''
            answer.setEncoding('utf8')
            answer.on('data', (part: string) => (body += part))
            answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
          },
        )
        call.on('error', reject)
        call.end(JSON.stringify([[command, parameters, 'tag']]))
      }),
  }
}
