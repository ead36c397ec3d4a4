import type { Permit } from '../access/policy.ts'
import type { Adopting } from '../accounts/adopting.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction } from '../db/transaction.ts'
import type { ForeignCapabilities, ForeignDirectory, ForeignEntry } from '../directory/foreign.ts'
import type { Clock } from '../kernel/clock.ts'
import { Day, dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { LocalPart } from '../kernel/email-address.ts'
import type { UnitId } from '../kernel/ids.ts'
import { fold, tidy } from '../kernel/text.ts'
import type { Sync } from '../provisioning/sync.ts'
import { countOutcomes, decide, type AdoptionCounts, type Outcome, type Stranger } from './adoption.ts'
import * as store from './adoption-store.ts'
import { attributesOf, type Mapping } from './mapping.ts'

const CHUNK = 500

export type AdoptionAsked = {
  readonly mapping: Mapping
  /** Where the tree begins; null for the whole directory. */
  readonly base: string | null
  /** The unit of entries that name none; null leaves them to a person. */
  readonly unitId: UnitId | null
}
export type Adoption = {
  readonly capabilities: ForeignCapabilities
  readonly counts: AdoptionCounts
  readonly entries: readonly { readonly dn: string; readonly name: string; readonly outcome: Outcome }[]
}
/** `lacking`: the server lacks what managed entries need; the dry run says what. */
export type AdoptionRefusal = { readonly kind: 'lacking'; readonly what: readonly ('schema' | 'identifiers')[] }
export type Adoptions = ReturnType<typeof adoptionsOf>

/** Taking over a directory that has people in it: a dry run with counts, and then the same carried out. */
export function adoptionsOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  foreign: ForeignDirectory
  adopting: Adopting
  sync: Sync
  numberHash: (number: string) => string
  domain: string
}) {
  const { prisma, transaction, clock, foreign, adopting, sync, numberHash, domain } = deps

  /** The whole tree, each entry with what is to become of it. */
  async function look({ mapping, base, unitId }: AdoptionAsked): Promise<{ entry: Stranger; outcome: Outcome }[]> {
    const units = await store.unitNames(prisma, dayOf(clock()))
    const entries: Stranger[] = []
    const { classes, not } = mapping
    for await (const page of foreign.read({ base, classes, not, attributes: attributesOf(mapping) }))
      for (const entry of page) entries.push(strangerOf(entry, mapping, units, unitId))
    const twice = { mail: repeated(entries.map((e) => e.local)), login: repeated(entries.map((e) => e.login)) }
    const seen: { entry: Stranger; outcome: Outcome }[] = []
    for (let start = 0; start < entries.length; start += CHUNK) {
      const part = entries.slice(start, start + CHUNK)
      const known = await store.around(prisma, part, twice)
      for (const [n, entry] of part.entries()) {
        const about = known[n]
        if (about) seen.push({ entry, outcome: decide(entry, about) })
      }
    }
    return oncePerAccount(seen)
  }

  function strangerOf(
    entry: ForeignEntry,
    mapping: Mapping,
    units: ReadonlyMap<string, UnitId>,
    otherwise: UnitId | null,
  ): Stranger {
    const all = (names: readonly string[]) => names.flatMap((name) => entry.values.get(name.toLowerCase()) ?? [])
    const first = (names: readonly string[] | null): string | null => {
      const value =
        names === null
          ? undefined
          : all(names)
              .map(tidy)
              .find((text) => text !== '')
      return value ?? null
    }
    const mails = all(mapping.mail).map((mail) => tidy(mail).toLowerCase())
    const local = mails.find((mail) => mail.endsWith(`@${domain}`))?.slice(0, -1 - domain.length)
    const parsed = LocalPart.safeParse(local)
    const number = first(mapping.number)?.replace(/\D/g, '') ?? ''
    const named = all(mapping.unit)
      .map((text) => units.get(fold(tidy(text))))
      .find((id) => id !== undefined)
    return {
      ...{
        dn: entry.dn,
        remoteId: entry.remoteId,
        id: entry.id,
        login: first(mapping.login),
        password: entry.password,
      },
      ...{ local: parsed.success ? parsed.data : null, hasMail: mails.length > 0, name: first(mapping.name) ?? '' },
      ...{ title: first(mapping.title), phone: first(mapping.phone), unitId: named ?? otherwise },
      ...{ ninHash: /^\d{12}$/.test(number) ? numberHash(number) : null, birth: birthOf(first(mapping.birth)) },
    }
  }

  const adoptionOf = (capabilities: ForeignCapabilities, seen: Awaited<ReturnType<typeof look>>): Adoption => ({
    capabilities,
    counts: countOutcomes(seen.map(({ outcome }) => outcome)),
    entries: seen.map(({ entry: { dn, name }, outcome }) => ({ dn, name, outcome })),
  })

  return {
    /** What would become of each entry; nothing is changed. */
    async preview(_permit: Permit<'reconcile.read'>, asked: AdoptionAsked): Promise<Adoption> {
      return adoptionOf(await foreign.capabilities(), await look(asked))
    },

    /**
     * Takes over what is sure, some hundreds at a time; what a person must look at is left. Asking again goes on where it was
     * cut, and at last finds nothing to do. The worker writes into the entries, which stay where they are. Refused: lacking.
     */
    async carryOut(
      permit: Permit<'reconcile.change'>,
      asked: AdoptionAsked,
      progress: (done: number, of: number) => void = () => undefined,
    ): Promise<Decision<Adoption, AdoptionRefusal>> {
      const capabilities = await foreign.capabilities()
      const what = (['schema', 'identifiers'] as const).filter((name) => !capabilities[name])
      if (what.length > 0) return refuse({ kind: 'lacking', what })
      const seen = await look(asked)
      const sure = seen.filter(({ outcome }) => outcome.kind === 'new' || outcome.kind === 'link')
      for (let start = 0; start < sure.length; start += CHUNK) {
        const part = sure.slice(start, start + CHUNK)
        await transaction(
          async (tx) => {
            const made = part.flatMap(({ entry, outcome }) => (outcome.kind === 'new' ? [{ entry, ...outcome }] : []))
            await adopting.adoptMany(
              tx,
              permit.actor,
              made.map(({ entry, name, login, local, unitId }) => ({
                ...{ name, login, local, unitId, title: entry.title, phone: entry.phone, password: entry.password },
                ...{ ninHash: entry.ninHash, birth: entry.birth, remoteId: entry.remoteId ?? '', remoteDn: entry.dn },
              })),
            )
            const linked = part.flatMap(({ entry, outcome }) =>
              outcome.kind === 'link' ? [{ entry, ...outcome }] : [],
            )
            for (const { entry, account, by } of linked) {
              const subject = { kind: 'account' as const, id: account }
              await sync.relocate(tx, subject, { remoteId: entry.remoteId, remoteDn: entry.dn })
              tx.audit(permit.actor, 'account.linked', `account:${account}`, { dn: entry.dn, by })
            }
            await sync.again(
              tx,
              linked.map(({ account }) => ({ kind: 'account' as const, id: account })),
            )
          },
          { timeoutMs: 120_000 },
        )
        progress(Math.min(start + CHUNK, sure.length), sure.length)
      }
      return accept(adoptionOf(capabilities, seen))
    },
  }
}

/** What comes more than once, in lower case. */
function repeated(values: readonly (string | null)[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const value of values) {
    if (value === null) continue
    const key = value.toLowerCase()
    if (seen.has(key)) twice.add(key)
    seen.add(key)
  }
  return twice
}

/** Two entries that would both be one account's are for a person to look at. */
function oncePerAccount(seen: { entry: Stranger; outcome: Outcome }[]): { entry: Stranger; outcome: Outcome }[] {
  const linked = repeated(seen.map(({ outcome }) => (outcome.kind === 'link' ? outcome.account : null)))
  return seen.map(({ entry, outcome }) =>
    outcome.kind === 'link' && linked.has(outcome.account)
      ? { entry, outcome: { kind: 'review', why: 'perhaps', account: outcome.account } }
      : { entry, outcome },
  )
}

/** The day in one of the ways that directories write it; null when it is none. */
function birthOf(text: string | null): Day | null {
  const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})/.exec(text ?? '') ?? []
  const [, d, m, y] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text ?? '') ?? []
  const parsed = Day.safeParse(
    year !== undefined
      ? `${year}-${month ?? ''}-${day ?? ''}`
      : `${y ?? ''}-${(m ?? '').padStart(2, '0')}-${(d ?? '').padStart(2, '0')}`,
  )
  return parsed.success ? parsed.data : null
}
