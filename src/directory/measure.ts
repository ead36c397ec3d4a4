import { dnKey } from './dn.ts'
import { valuesOf, type LdapEntry } from './operations.ts'
import { SECRET_VALUE, type Difference, type Surveyed } from './survey.ts'
import { differences, type Wanted } from './wanted.ts'

/** Members named one by one in a difference; the rest are of the same kind. */
const NAMED = 100

/** What is not as wanted of an entry, attribute by attribute. */
export function measure(read: LdapEntry, wanted: Wanted, leave: ReadonlySet<string>): Difference[] {
  const changes = differences(read, wanted, leave)
  if (changes.length === 0) return []
  const attributes = new Set(changes.map(({ attribute }) => attribute))
  const revision = valuesOf(read, 'congvuRevision')
  // Rewritten with every change; by itself it differs only when it is another one.
  if (revision.length === 1 && revision[0] === String(wanted.revision)) attributes.delete('congvuRevision')
  return [...attributes].map((attribute) => {
    const is = valuesOf(read, attribute)
    const should = attribute === 'objectClass' ? wanted.objectClasses : (wanted.attributes[attribute] ?? [])
    if (attribute === 'userPassword') return { attribute, is: is.map(hidden), should: should.map(hidden) }
    return attribute === 'member' ? members(is, should) : { attribute, is, should }
  })
}

const hidden = (): string => SECRET_VALUE

function members(is: readonly string[], should: readonly string[]): Difference {
  const [now, then] = [new Set(is.map(dnKey)), new Set(should.map(dnKey))]
  return {
    attribute: 'member',
    is: is.filter((dn) => !then.has(dnKey(dn))).slice(0, NAMED),
    should: should.filter((dn) => !now.has(dnKey(dn))).slice(0, NAMED),
  }
}

/** The entry as reconciliation sees it; `wanted` is null where nothing is wanted of its identity. */
export function surveyed(entry: LdapEntry, wanted: Wanted | null, leave: ReadonlySet<string>): Surveyed {
  const found = wanted === null ? [] : measure(entry, wanted, leave)
  const id = valuesOf(entry, 'congvuId')[0]?.toLowerCase() ?? null
  const plain = wanted !== null && found.length === 0
  return {
    dn: entry.dn,
    remoteId: valuesOf(entry, 'entryUUID')[0] ?? null,
    id,
    known: wanted !== null,
    revision: Number(valuesOf(entry, 'congvuRevision')[0] ?? 0),
    differences: found,
    name: plain ? '' : (valuesOf(entry, 'displayName')[0] ?? valuesOf(entry, 'cn')[0] ?? ''),
    claims: plain ? [] : claimsOf(entry),
  }
}

const claimsOf = (entry: LdapEntry): string[] => [
  ...new Set([
    ...valuesOf(entry, 'uid').map((uid) => `uid:${uid.toLowerCase()}`),
    ...[...valuesOf(entry, 'mail'), ...valuesOf(entry, 'congvuAlias')].map((mail) => `mail:${mail.toLowerCase()}`),
  ]),
]
