import type { PrismaClient } from '../db/generated/client.ts'
import type { ForeignDirectory, ForeignEntry } from '../directory/foreign.ts'
import { Day } from '../kernel/day.ts'
import { LocalPart } from '../kernel/email-address.ts'
import type { UnitId } from '../kernel/ids.ts'
import { fold, tidy } from '../kernel/text.ts'
import { asSaid, decide, type AdoptionAsked, type Judged, type Stranger } from './adoption.ts'
import * as plans from './adoption-plan-store.ts'
import * as store from './adoption-store.ts'
import { attributesOf, type Mapping } from './mapping.ts'

const CHUNK = 500

export type AdoptionReader = ReturnType<typeof adoptionReaderOf>

/** Reads a whole tree, and tells of each entry what is to become of it. */
export function adoptionReaderOf(deps: {
  prisma: PrismaClient
  foreign: ForeignDirectory
  numberHash: (number: string) => string
  domain: string
}) {
  const { prisma, foreign, numberHash, domain } = deps

  function strangerOf(
    entry: ForeignEntry,
    mapping: Mapping,
    units: ReadonlyMap<string, UnitId>,
    otherwise: UnitId | null,
  ): Stranger {
    const valuesOf = (name: string) => entry.values.get(name.toLowerCase()) ?? []
    const all = (names: readonly string[]) => names.flatMap(valuesOf)
    const first = (names: readonly string[] | null): string | null =>
      all(names ?? [])
        .map(tidy)
        .find((text) => text !== '') ?? null
    const mails = (mapping.mail.map(valuesOf).find((values) => values.length > 0) ?? []).map(addressIn)
    const [local = null] = localsIn(mails, domain)
    const aliases = localsIn([...mails, ...all(mapping.aliases).map(addressIn)], domain)
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
      ...{
        local,
        aliases: aliases.filter((alias) => alias !== local),
        hasMail: mails.length > 0,
        name: first(mapping.name) ?? '',
      },
      ...{ title: first(mapping.title), phone: first(mapping.phone), unitId: named ?? otherwise },
      ...{ ninHash: /^\d{12}$/.test(number) ? numberHash(number) : null, birth: birthOf(first(mapping.birth)) },
    }
  }

  /** The whole tree on a day, each entry with what is to become of it. Throws TargetFault. */
  return async ({ mapping, base, unitId }: AdoptionAsked, on: Day): Promise<Judged[]> => {
    const units = await store.unitNames(prisma, on)
    const read: Stranger[] = []
    const { classes, not } = mapping
    for await (const page of foreign.read({ base, classes, not, attributes: attributesOf(mapping) }))
      for (const entry of page) read.push(strangerOf(entry, mapping, units, unitId))
    const said = await plans.decisions(prisma)
    const about = ({ remoteId }: Stranger) => said.get(remoteId ?? '') ?? null
    const entries = read.map((entry) => asSaid(entry, about(entry)))
    const claiming = entries.filter((entry) => about(entry)?.act !== 'leave')
    const twice = { mail: repeated(claiming.map((e) => e.local)), login: repeated(claiming.map((e) => e.login)) }
    const claimed = repeated(claiming.flatMap(({ local, aliases }) => (local === null ? aliases : [local, ...aliases])))
    const judged: Judged[] = []
    for (let start = 0; start < entries.length; start += CHUNK) {
      const part = entries
        .slice(start, start + CHUNK)
        .map((entry) => ({ ...entry, aliases: entry.aliases.filter((alias) => !claimed.has(alias)) }))
      const known = await store.around(prisma, part, twice, said)
      for (const [n, entry] of part.entries()) {
        const around = known[n]
        if (around) judged.push({ entry, outcome: decide(entry, around, about(entry)) })
      }
    }
    return oncePerAccount(judged)
  }
}

/** An address as directories write it: plain, or as Active Directory does (`smtp:…`, the primary one `SMTP:…`). */
const addressIn = (text: string): string =>
  tidy(text)
    .toLowerCase()
    .replace(/^smtp:/, '')

/** The local parts of what is an address of the domain, each once. */
const localsIn = (addresses: readonly string[], domain: string): LocalPart[] => [
  ...new Set(
    addresses.flatMap((address) => {
      const parsed = LocalPart.safeParse(address.endsWith(`@${domain}`) ? address.slice(0, -1 - domain.length) : '')
      return parsed.success ? [parsed.data] : []
    }),
  ),
]

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
function oncePerAccount(judged: readonly Judged[]): Judged[] {
  const linked = repeated(judged.map(({ outcome }) => (outcome.kind === 'link' ? outcome.account : null)))
  return judged.map(({ entry, outcome }) =>
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
