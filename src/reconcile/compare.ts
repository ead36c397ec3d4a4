import { isSuspiciouslySmall, type BrakePolicy } from '../brake/brake.ts'
import type { UnitId } from '../kernel/ids.ts'
import { dnKey, type Difference, type Surveyed } from '../directory/survey.ts'
import type { SubjectKind, Target } from '../provisioning/ledger.ts'

/**
 * - `missing`: should exist and is nowhere; `half`: exists on the other target only;
 * - `different`: a value is another one; of a group its `members`, of an account its further addresses (`alias`);
 * - `extra`: exists, and nobody knows it; `double`: two entries for one identity, name or address.
 */
export const FINDING_KINDS = ['missing', 'half', 'different', 'members', 'alias', 'double', 'extra'] as const
export type FindingKind = (typeof FINDING_KINDS)[number]

/** What the ledger says of a subject, read together with what is wanted of it. */
export type Known = {
  readonly kind: SubjectKind
  readonly id: string
  readonly unitId: UnitId | null
  readonly name: string
  readonly login: string | null
  /** The revision of the wanted state itself. */
  readonly revision: number
  readonly wanted: number
  readonly applied: number
  /** The directory turned its last change away: it stands still until a person has looked. */
  readonly refused: boolean
  readonly remoteId: string | null
  readonly remoteDn: string | null
  /** Null for what has no place on the mail server. */
  readonly mail: { readonly wanted: number; readonly applied: number } | null
}

export type Found = {
  readonly kind: FindingKind
  readonly target: Target
  /** Null for what belongs to nobody whom Congvu knows. */
  readonly subject: { readonly kind: SubjectKind; readonly id: string } | null
  readonly unitId: UnitId | null
  readonly name: string
  readonly dn: string | null
  readonly remoteId: string | null
  readonly login: string | null
  readonly differences: readonly Difference[]
  /** The other entries that it collides with, and over what. */
  readonly others: readonly { readonly dn: string; readonly over: string }[]
  /** The entry shows a later revision than the database knows: the database is the older of the two. */
  readonly newer: boolean
}

/** What stays the same about a finding from one run to the next. */
export const keyOf = (found: Pick<Found, 'kind' | 'target' | 'subject' | 'remoteId' | 'dn' | 'login'>): string => {
  const whose = found.kind === 'double' || found.subject === null ? (found.remoteId ?? found.dn ?? found.login) : null
  return `${found.target}:${found.kind}:${whose ?? found.subject?.id ?? ''}`
}

/** A change of it is on its way; it is compared with what it is becoming, and a difference is no finding. */
export const isInFlight = (known: Known): boolean => isOnItsWay(known) || known.revision !== known.wanted

/** The same, as far as the ledger alone tells. */
export const isOnItsWay = ({ applied, wanted, refused }: Pick<Known, 'applied' | 'wanted' | 'refused'>): boolean =>
  applied < wanted && !refused

/** Whether the subject did not move between two looks at the ledger, so that what was read in between can be judged. */
export const isSteady = (before: Known, after: Known | undefined): boolean =>
  after !== undefined &&
  !isInFlight(before) &&
  !isInFlight(after) &&
  before.wanted === after.wanted &&
  before.applied === after.applied &&
  before.refused === after.refused &&
  before.remoteDn === after.remoteDn

/** Whether there is nothing to say about an entry, at the first look. */
export const isAsWanted = (entry: Surveyed, known: Pick<Known, 'remoteId' | 'remoteDn'>): boolean =>
  entry.differences.length === 0 && isInPlace(entry, known) && isSameEntry(entry, known)

const isInPlace = (entry: Surveyed, { remoteDn }: Pick<Known, 'remoteDn'>): boolean =>
  remoteDn === null || entry.dn === remoteDn || dnKey(entry.dn) === dnKey(remoteDn)

const isSameEntry = (entry: Surveyed, { remoteId }: Pick<Known, 'remoteId'>): boolean =>
  remoteId === null || entry.remoteId === null || entry.remoteId === remoteId

/** Who else there is for what an entry claims: their entries, by `uid:…` and `mail:…`. */
export type Owners = ReadonlyMap<string, readonly { readonly id: string | null; readonly dn: string }[]>

/** One subject as both targets have it. */
export type Sight = {
  /** Nothing of it should be left anywhere. */
  readonly absent: boolean
  /** The entries with its identity. */
  readonly own: readonly Surveyed[]
  /** The entry that was its own and carries no identity any more. */
  readonly stripped: Surveyed | null
  /** Whether its mail lies on the disk; null when that is not known. */
  readonly home: boolean | null
}

/** What is wrong with one subject. */
export function judgeSubject(known: Known, { absent, own, stripped, home }: Sight, owners: Owners): Found[] {
  const base = {
    subject: { kind: known.kind, id: known.id },
    ...{ unitId: known.unitId, name: known.name, login: known.login },
  }
  if (absent)
    return [
      ...own.map(({ dn, remoteId }) => ({
        ...base,
        ...NOTHING,
        kind: 'extra' as const,
        target: 'directory' as const,
        dn,
        remoteId,
      })),
      ...(home === true
        ? [{ ...base, ...NOTHING, kind: 'extra' as const, target: 'mail' as const, dn: null, remoteId: null }]
        : []),
    ]
  const first = own.find((entry) => entry.remoteId !== null && entry.remoteId === known.remoteId) ?? own[0] ?? stripped
  if (!first) {
    // A home that was there before the account is somebody else's.
    const kind = known.mail !== null && known.remoteId !== null && home === true ? 'half' : 'missing'
    return [{ ...base, ...NOTHING, kind, target: 'directory', dn: known.remoteDn, remoteId: known.remoteId }]
  }
  const found: Found[] = own
    .filter((entry) => entry !== first)
    .map((entry) => ({
      ...{ ...base, ...NOTHING, kind: 'double', target: 'directory', dn: entry.dn, remoteId: entry.remoteId },
      others: [{ dn: first.dn, over: 'congvuId' }],
    }))
  const differences = differencesOf(first, known)
  const others = collisions(first, known.id, owners)
  if (differences.length > 0 || others.length > 0)
    found.push({
      ...{ ...base, kind: kindOf(differences, others), target: 'directory', dn: first.dn, remoteId: first.remoteId },
      ...{ differences, others, newer: first.revision > known.revision },
    })
  if (known.mail !== null && home === false && known.mail.applied > 0 && known.mail.applied >= known.mail.wanted)
    found.push({ ...base, ...NOTHING, kind: 'half', target: 'mail', dn: first.dn, remoteId: first.remoteId })
  return found
}

const NOTHING = { differences: [], others: [], newer: false } as const

function differencesOf(entry: Surveyed, known: Known): Difference[] {
  const found = [...entry.differences]
  if (entry.id === null) found.unshift({ attribute: 'congvuId', is: [], should: [known.id] })
  if (!isInPlace(entry, known)) found.push({ attribute: 'dn', is: [entry.dn], should: [known.remoteDn ?? ''] })
  if (!isSameEntry(entry, known))
    found.push({ attribute: 'entryUUID', is: [entry.remoteId ?? ''], should: [known.remoteId ?? ''] })
  return found
}

const collisions = (entry: Surveyed, id: string | null, owners: Owners): Found['others'] =>
  entry.claims.flatMap((claim) =>
    (owners.get(claim) ?? [])
      .filter((owner) => dnKey(owner.dn) !== dnKey(entry.dn) && (id === null || owner.id !== id))
      .map(({ dn }) => ({ dn, over: claim })),
  )

function kindOf(differences: readonly Difference[], others: Found['others']): FindingKind {
  if (others.length > 0) return 'double'
  const attributes = differences.map(({ attribute }) => attribute).filter((name) => name !== 'congvuRevision')
  if (attributes.length === 0) return 'different'
  if (attributes.every((name) => name === 'member')) return 'members'
  return attributes.every((name) => name === 'congvuAlias') ? 'alias' : 'different'
}

/** An entry that nobody knows: it collides with somebody's, or is just one too many. */
export function judgeStranger(entry: Surveyed, owners: Owners): Found {
  const others = collisions(entry, null, owners)
  return {
    ...{ kind: others.length > 0 ? 'double' : 'extra', target: 'directory', subject: null, unitId: null },
    ...{ name: entry.name, dn: entry.dn, remoteId: entry.remoteId, login: null },
    ...{ differences: [], others, newer: false },
  }
}

/** A home on the disk of the mail server that belongs to no account. */
export const strangeHome = (login: string): Found => ({
  ...{ kind: 'extra', target: 'mail', subject: null, unitId: null, name: login, dn: null, remoteId: null, login },
  ...NOTHING,
})

/** What one reading of a target found, for judging whether it can be believed. */
export type Reading = {
  /** Of those that should be there, how many there are. */
  readonly found: number
  readonly expected: number
  readonly csn: readonly string[]
}

/** Why a reading is no fact. `faulty`: it broke off after `read` entries; the others read to the end, and do not believe it. */
export type Doubt =
  | { readonly kind: 'faulty'; readonly detail: string; readonly read: number; readonly expected: number }
  | { readonly kind: 'size-limit'; readonly read: number; readonly expected: number }
  | { readonly kind: 'empty'; readonly expected: number }
  | { readonly kind: 'shrunk'; readonly found: number; readonly expected: number }
  | { readonly kind: 'older'; readonly was: string; readonly is: string }
  | { readonly kind: 'paused' }

/**
 * Whether a whole reading can be believed; null when it can. A directory whose content is older than at the last reading was
 * restored from a backup, or is a copy that lags behind.
 */
export function doubtOf(reading: Reading, lastCsn: readonly string[], policy: BrakePolicy): Doubt | null {
  const { found, expected } = reading
  const before = older(reading.csn, lastCsn)
  if (found === 0 && expected > 0) return { kind: 'empty', expected }
  if (before !== null) return before
  if (isSuspiciouslySmall(found, expected, policy)) return { kind: 'shrunk', found, expected }
  return null
}

/** A change sequence number is a time, a count and the server that wrote it: compared for each server by itself. */
function older(now: readonly string[], then: readonly string[]): Doubt | null {
  const server = (csn: string) => csn.split('#')[2] ?? ''
  for (const was of then) {
    const is = now.find((csn) => server(csn) === server(was))
    if (is !== undefined && is < was) return { kind: 'older', was, is }
  }
  return null
}

/** What can be done about a finding. */
export const ACTS = ['repair', 'accept', 'adopt', 'remove', 'ignore'] as const
export type Act = (typeof ACTS)[number]

/** Attributes whose value in the directory the database can take over. */
export const ACCEPTABLE = ['telephoneNumber', 'title', 'congvuQuota', 'dn', 'entryUUID'] as const

export function actsFor(found: Pick<Found, 'kind' | 'target' | 'subject' | 'differences' | 'remoteId'>): Act[] {
  const acts: Act[] = []
  const doubled = found.kind === 'double' && found.differences.length === 0
  if (found.subject !== null && !doubled) acts.push('repair')
  const isAcceptable = ({ attribute }: Difference) => (ACCEPTABLE as readonly string[]).includes(attribute)
  const matters = found.differences.filter(({ attribute }) => attribute !== 'congvuRevision')
  if (found.kind === 'different' && found.subject?.kind === 'account' && matters.some(isAcceptable)) acts.push('accept')
  const strange = found.kind === 'extra' && found.target === 'directory' && found.subject === null
  if (strange) acts.push('adopt')
  if (strange || doubled) if (found.remoteId !== null) acts.push('remove')
  return [...acts, 'ignore']
}
