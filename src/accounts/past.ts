import type { AccountEvent, AccountEventKind } from './account.ts'
import type { AccountState } from './life.ts'
import { dayOf, type Day } from '../kernel/day.ts'

/** What each event of a life leads to; those that are not here change no state. */
const LEADS_TO: Readonly<Partial<Record<AccountEventKind, AccountState>>> = {
  issued: 'awaiting-activation',
  'password-set': 'active',
  suspended: 'suspended',
  'on-leave': 'on-leave',
  'idle-locked': 'idle-locked',
  left: 'leaving',
  archived: 'archived',
  deleted: 'deleted',
  'taken-back': 'deleted',
  buried: 'tombstone',
}

/** The state that an account's events up to some day have led to, oldest first; null before it was issued. Pure. */
export function stateAfter(
  events: readonly Pick<AccountEvent, 'kind' | 'detail'>[],
  personal: boolean,
): { readonly state: AccountState | null; readonly held: boolean } {
  let state: AccountState | null = null
  let held = false
  let hasPassword = !personal
  for (const { kind, detail } of events) {
    if (kind === 'password-set') hasPassword = true
    if (kind === 'deleted' || kind === 'taken-back') hasPassword = !personal
    if (kind === 'held') held = true
    if (kind === 'hold-released') held = false
    const inUse = hasPassword ? 'active' : 'awaiting-activation'
    if (kind === 'came-back') state = inUse
    // Only to be kept, it has a day on which that ends.
    else if (kind === 'recovered') state = detail?.until ? 'leaving' : inUse
    else if (kind === 'issued' && !personal) state = 'active'
    else state = LEADS_TO[kind] ?? state
  }
  return { state, held }
}

/** An address that an account has or had, and since when it was known to anybody. */
export type LivedAddress = { readonly local: string; readonly livedAt: Date }
type Past = Pick<AccountEvent, 'kind' | 'note' | 'at' | 'detail'>

const localOf = (note: string | null): string => (note ?? '').split('@')[0] ?? ''

/**
 * Which addresses an account had at the end of a day, the primary one first: from those that it ever had and from what its events
 * say of them. None before the first one lived.
 */
export function addressesOn(
  lived: readonly LivedAddress[],
  events: readonly Past[],
  on: Day,
): { readonly primary: string | null; readonly aliases: readonly string[] } {
  const until = events.filter(({ at }) => dayOf(at) <= on)
  const of = (kind: AccountEventKind, some: readonly Past[] = until) =>
    some.filter((each) => each.kind === kind).map(({ note }) => localOf(note))
  // What came with another record of the same person was that record's before.
  const passed = new Map(
    events.flatMap(({ kind, at, detail }) =>
      kind === 'record-merged' ? (detail?.addresses ?? []).map((address) => [localOf(address), at] as const) : [],
    ),
  )
  const mine = lived.filter(({ local, livedAt }) => dayOf(passed.get(local) ?? livedAt) <= on)
  const gone = new Set<string>()
  for (const { kind, note } of until)
    if (kind === 'alias-removed') gone.add(localOf(note))
    else if (kind === 'alias-added' || kind === 'address-changed') gone.delete(localOf(note))

  // Each new primary address is younger than the one before; one that was had again is told by its event.
  const further = new Set([...of('alias-added', events), ...passed.keys()])
  const born = mine
    .filter(({ local }) => !further.has(local) && !gone.has(local))
    .map(({ local, livedAt: at }) => ({ local, at }))
  const chosen = until
    .filter(({ kind }) => kind === 'address-changed')
    .map(({ note, at }) => ({ local: localOf(note), at }))
  const primary = [...born, ...chosen].reduce<{ local: string; at: Date } | null>(
    (latest, each) => (latest === null || each.at >= latest.at ? each : latest),
    null,
  )
  const aliases = mine.map(({ local }) => local).filter((local) => local !== primary?.local && !gone.has(local))
  return { primary: primary?.local ?? null, aliases: aliases.sort() }
}

/** The size of a mailbox in MB at the end of a day; `present` is today's. */
export function quotaOn(events: readonly Past[], presentMb: number, on: Day): number {
  const changes = events.flatMap(({ kind, note, at }) => {
    const found = kind === 'quota-changed' ? /^(\d+) → (\d+) MB$/.exec(note ?? '') : null
    return found ? [{ at, before: Number(found[1]), after: Number(found[2]) }] : []
  })
  const last = changes.filter(({ at }) => dayOf(at) <= on).at(-1)
  return last?.after ?? changes.find(({ at }) => dayOf(at) > on)?.before ?? presentMb
}
