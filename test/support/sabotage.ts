import { mkdirSync, rmSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { connect, type LdapConnection } from '../../src/directory/connection.ts'
import { present, valuesOf } from '../../src/directory/operations.ts'
import type { FindingKind } from '../../src/reconcile/compare.ts'
import type { Target } from '../../src/provisioning/ledger.ts'
import type { Member } from './many.ts'
import type { System } from './system.ts'

/** What was done behind Congvu's back, and what reconciliation must call it. */
export type Deed = { readonly act: Act; readonly kind: FindingKind; readonly target: Target; readonly name: string }

const ACTS = {
  delete: ['half', 'directory'],
  title: ['different', 'directory'],
  mail: ['different', 'directory'],
  receive: ['different', 'directory'],
  password: ['different', 'directory'],
  'revision-up': ['different', 'directory'],
  'revision-down': ['different', 'directory'],
  strip: ['different', 'directory'],
  move: ['different', 'directory'],
  rename: ['different', 'directory'],
  alias: ['alias', 'directory'],
  'others-alias': ['double', 'directory'],
  copy: ['double', 'directory'],
  stranger: ['extra', 'directory'],
  'strange-double': ['double', 'directory'],
  'drop-mailbox': ['half', 'mail'],
  'strange-home': ['extra', 'mail'],
} as const satisfies Record<string, readonly [FindingKind, Target]>
type Act = keyof typeof ACTS | 'members'

export type Saboteur = Awaited<ReturnType<typeof saboteur>>

/** Somebody with the directory's and the mail disk's keys. Each deed strikes somebody else. */
export async function saboteur(system: System) {
  const { services, servers } = system
  const { ldap } = services.config
  const connection: LdapConnection = await connect({ ...ldap, timeoutMs: 20_000 })
  const base = ldap.baseDn
  const people = `ou=people,${base}`
  const dnOf = (who: Member) => `uid=${who.login},${people}`
  const replace = (dn: string, attribute: string, values: readonly string[]) =>
    connection.modify(dn, [{ operation: 'replace', attribute, values }])
  const home = (login: string) => join(servers.dovecot.mailHome, login)
  await connection.add(`ou=cu,${people}`, { objectClass: ['organizationalUnit'], ou: ['cu'] })

  const person = (dn: string, name: string, more: Record<string, readonly string[]>) =>
    connection.add(dn, { objectClass: ['inetOrgPerson'], cn: [name], sn: [name], ...more })

  async function commit(act: keyof typeof ACTS, who: Member, other: Member): Promise<string> {
    const dn = dnOf(who)
    const strange = `la-${randomUUID().slice(0, 8)}`
    switch (act) {
      case 'delete':
        await connection.del(dn)
        return who.login
      case 'title':
        await replace(dn, 'title', ['Thủ trưởng'])
        return who.login
      case 'mail':
        await replace(dn, 'mail', [`${strange}@quangninh.gov.vn`])
        return who.login
      case 'receive':
        await replace(dn, 'congvuReceive', ['FALSE'])
        return who.login
      case 'password':
        await replace(dn, 'userPassword', [])
        return who.login
      case 'revision-up':
        await replace(dn, 'congvuRevision', ['70'])
        return who.login
      case 'revision-down':
        await replace(dn, 'congvuRevision', ['0'])
        return who.login
      case 'strip': {
        const [entry] = await connection.search(dn, {
          scope: 'base',
          filter: present('objectClass'),
          attributes: ['*'],
        })
        const ours = [...(entry?.attributes.keys() ?? [])].filter((name) => name.startsWith('congvu'))
        await connection.modify(dn, [
          ...ours.map((attribute) => ({ operation: 'delete' as const, attribute, values: [] })),
          { operation: 'delete', attribute: 'objectClass', values: ['congvuMailAccount'] },
        ])
        return who.login
      }
      case 'move':
        await connection.write({ type: 'rename', dn, to: `uid=${who.login},ou=cu,${people}` })
        return who.login
      case 'rename':
        await connection.write({ type: 'rename', dn, to: `uid=${strange},${people}` })
        return who.login
      case 'alias':
        await replace(dn, 'congvuAlias', [`${strange}@quangninh.gov.vn`])
        return who.login
      case 'others-alias':
        await replace(dn, 'congvuAlias', [other.mail])
        return who.login
      case 'copy': {
        const [entry] = await connection.search(dn, {
          scope: 'base',
          filter: present('objectClass'),
          attributes: ['congvuId'],
        })
        await person(`uid=${strange},${people}`, strange, {
          objectClass: ['inetOrgPerson', 'congvuMailAccount'],
          congvuId: entry ? valuesOf(entry, 'congvuId') : [],
        })
        return who.login
      }
      case 'stranger':
        await person(`cn=${strange}\\, Khách,${people}`, `${strange}, Khách`, { mail: [`${strange}@example.com`] })
        return `${strange}, Khách`
      case 'strange-double':
        await person(`uid=${strange},${people}`, strange, { mail: [who.mail] })
        return strange
      case 'drop-mailbox':
        rmSync(home(who.login), { recursive: true })
        return who.login
      case 'strange-home':
        mkdirSync(join(home(strange), 'Maildir'), { recursive: true })
        return strange
      default:
        return act satisfies never
    }
  }

  return {
    connection,
    home,
    dnOf,
    /** `n` deeds in turns of all kinds, each upon two people of its own; answers what should be found. */
    async commit(n: number, members: readonly Member[], random: () => number): Promise<Deed[]> {
      const victims = [...members].sort(() => random() - 0.5)
      const deeds: Deed[] = []
      const acts = Object.keys(ACTS) as (keyof typeof ACTS)[]
      while (deeds.length < n) {
        const act = acts[deeds.length % acts.length] as keyof typeof ACTS
        const [who, other] = [victims.pop(), victims.pop()]
        if (!who || !other) throw new Error('too few people for so many deeds')
        const [kind, target] = ACTS[act]
        deeds.push({ act, kind, target, name: await commit(act, who, other) })
      }
      return deeds
    },
    /** Puts a member of one group into another, and takes the last of it out. */
    async swapMembers(group: string, stranger: string): Promise<void> {
      const [entry] = await connection.search(group, {
        scope: 'base',
        filter: present('objectClass'),
        attributes: ['member'],
      })
      const [first = ''] = entry ? valuesOf(entry, 'member') : []
      await connection.modify(group, [
        { operation: 'delete', attribute: 'member', values: [first] },
        { operation: 'add', attribute: 'member', values: [stranger] },
      ])
    },
    stop: () => connection.close(),
  }
}
