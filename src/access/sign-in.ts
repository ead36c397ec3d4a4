import type { IncomingMessage } from 'node:http'
import type { Request as WebRequest } from 'express'
import { Passport } from 'passport'
import LdapStrategy from 'passport-ldapauth'
import { z } from 'zod'
import type { Transaction } from '../db/transaction.ts'
import { connect, tlsOptions } from '../directory/connection.ts'
import type { LdapSettings } from '../directory/operations.ts'
import { TargetFault } from '../kernel/fault.ts'
import type { Actors } from './actors.ts'
import { publicActor, type PersonActor } from './policy.ts'

/** Mail address, its local part, or account number: plain ASCII, so that it cannot change the filter it goes into. */
const Login = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.string().regex(/^[a-z0-9][a-z0-9._@-]{0,253}$/))

export type SignInRefusal =
  /** Wrong, unknown, never activated and locked read the same. */
  | { kind: 'wrong' }
  /** The directory does not answer: the password is not the cause. */
  | { kind: 'directory-down'; detail: string }
  /** The directory does not take Congvu's own service account: the password is not the cause. */
  | { kind: 'service-account'; detail: string }
export type SignInResult = { ok: true; actor: PersonActor } | { ok: false; refusal: SignInRefusal }
export type SignIn = ReturnType<typeof signInWith>

/** Signs people in against the directory with passport-ldapauth. Every attempt is in the audit log. */
export function signInWith(deps: { ldap: LdapSettings; domain: string; actors: Actors; transaction: Transaction }) {
  const { ldap, domain, actors, transaction } = deps
  const passport = new Passport()
  type Credentials = { username: string; password: string }
  const strategy = new LdapStrategy(
    {
      server: {
        url: ldap.url,
        bindDN: ldap.bindDn,
        bindCredentials: ldap.bindPassword,
        searchBase: ldap.baseDn,
        searchFilter: '(&(|(mail={{username}})(congvuAlias={{username}})(uid={{username}}))(congvuSignIn=TRUE))',
        searchAttributes: ['uid'],
        timeout: ldap.timeoutMs,
        connectTimeout: ldap.timeoutMs,
        reconnect: false,
        tlsOptions: tlsOptions(ldap),
      },
      // Parsed already; the request itself (its query too) is not looked at.
      credentialsLookup: (request: IncomingMessage) =>
        (request as IncomingMessage & { credentials: Credentials }).credentials,
    },
    // Only the login leaves the directory's answer.
    (user: { uid?: unknown }, done: (error: null, user: string | false) => void) =>
      done(null, typeof user.uid === 'string' ? user.uid : false),
  )
  passport.use('ldap', strategy as Parameters<typeof passport.use>[1])

  /** The login that the directory vouches for; null when it does not. Throws when it cannot be asked. */
  function ask(credentials: Credentials): Promise<string | null> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer within ${ldap.timeoutMs * 2} ms`)), ldap.timeoutMs * 2)
      const done = (settle: () => void) => {
        clearTimeout(late)
        settle()
      }
      const handler = passport.authenticate('ldap', { session: false }, (error: unknown, login: unknown) =>
        done(() => {
          if (error) reject(error instanceof Error ? error : new Error('the directory could not be asked'))
          else resolve(typeof login === 'string' ? login : null)
        }),
      ) as (request: WebRequest, response: object, next: (error?: unknown) => void) => void
      handler({ credentials } as unknown as WebRequest, {}, (error) =>
        done(() => reject(error instanceof Error ? error : new Error('no outcome'))),
      )
    })
  }

  /** passport-ldapauth answers a wrong service password as if the person's were wrong: find out which it was. */
  async function serviceFault(): Promise<SignInRefusal | null> {
    try {
      const connection = await connect(ldap)
      await connection.close()
      return null
    } catch (error) {
      if (error instanceof TargetFault && error.fault.kind === 'refused')
        return { kind: 'service-account', detail: error.fault.detail }
      return { kind: 'directory-down', detail: error instanceof Error ? error.message : String(error) }
    }
  }

  return async (typedLogin: string, password: string): Promise<SignInResult> => {
    const parsed = Login.safeParse(typedLogin)
    const no = async (refusal: SignInRefusal): Promise<SignInResult> => {
      const subject = parsed.success ? `login:${parsed.data}` : 'login:?'
      await transaction((tx) => {
        tx.audit(publicActor, 'sign-in.refused', subject, { reason: refusal.kind })
        return Promise.resolve()
      })
      return { ok: false, refusal }
    }
    // An empty password would bind anonymously, and succeed.
    if (!parsed.success || password === '' || password.length > 1000) return no({ kind: 'wrong' })
    const plain = parsed.data
    const username = plain.includes('@') || /^\d+$/.test(plain) ? plain : `${plain}@${domain}`
    let login: string | null
    try {
      login = await ask({ username, password })
    } catch (error) {
      return no(
        (await serviceFault()) ?? {
          kind: 'directory-down',
          detail: error instanceof Error ? error.message : String(error),
        },
      )
    }
    const actor = login === null ? null : await actors.byLogin(login)
    if (actor === null) return no((login === null ? await serviceFault() : null) ?? { kind: 'wrong' })
    await transaction((tx) => {
      tx.audit(actor, 'sign-in.done', actor.id)
      return Promise.resolve()
    })
    return { ok: true, actor }
  }
}
