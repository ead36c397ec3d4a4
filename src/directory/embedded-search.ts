import { foldValue } from './embedded-schema.ts'
import type { EntryStore, StoredEntry } from './embedded-store.ts'
import type { RawFilter } from './ldapjs-types.ts'

/** Attributes that the server itself keeps; sent only when asked for by name or by `+`. */
export const operational = (entry: StoredEntry): Readonly<Record<string, readonly string[]>> => ({
  entryUUID: [entry.entryUUID],
  entryDN: [entry.dn],
  createTimestamp: [entry.created],
  modifyTimestamp: [entry.modified],
  subschemaSubentry: ['cn=subschema'],
})

function values(entry: StoredEntry, attribute: string): readonly string[] {
  const wanted = attribute.toLowerCase()
  for (const [name, list] of Object.entries(entry.attributes)) if (name.toLowerCase() === wanted) return list
  for (const [name, list] of Object.entries(operational(entry))) if (name.toLowerCase() === wanted) return list
  return []
}

/** Whether an entry matches (RFC 4511, 4.5.1.7); what we do not evaluate matches nothing. */
export function matches(filter: RawFilter, entry: StoredEntry): boolean {
  const attribute = filter.attribute ?? ''
  const fold = (value: string) => foldValue(attribute, value)
  const has = (test: (value: string) => boolean) => values(entry, attribute).some((value) => test(fold(value)))
  switch (filter.type) {
    case 'AndFilter':
      return (filter.filters ?? []).every((one) => matches(one, entry))
    case 'OrFilter':
      return (filter.filters ?? []).some((one) => matches(one, entry))
    case 'NotFilter':
      return filter.filter !== undefined && !matches(filter.filter, entry)
    case 'PresenceFilter':
      return values(entry, attribute).length > 0
    case 'EqualityFilter':
    case 'ApproximateFilter': {
      const wanted = fold(filter.value ?? '')
      return has((value) => value === wanted)
    }
    case 'GreaterThanEqualsFilter':
      return has((value) => order(value, fold(filter.value ?? '')) >= 0)
    case 'LessThanEqualsFilter':
      return has((value) => order(value, fold(filter.value ?? '')) <= 0)
    case 'SubstringFilter':
      return has((value) => substrings(value, filter, fold))
    default:
      return false
  }
}

const order = (a: string, b: string) =>
  /^-?\d+$/.test(a) && /^-?\d+$/.test(b) ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0

function substrings(value: string, filter: RawFilter, fold: (value: string) => string): boolean {
  const initial = fold(filter.subInitial ?? '')
  const final = fold(filter.subFinal ?? '')
  if (!value.startsWith(initial)) return false
  let at = initial.length
  for (const part of (filter.subAny ?? []).map(fold)) {
    const found = value.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return value.length - final.length >= at && value.endsWith(final)
}

/** Entries among which all matches are, by index; null when only looking at every entry would do. */
export function candidates(filter: RawFilter, store: EntryStore): readonly StoredEntry[] | null {
  if (filter.type === 'EqualityFilter') return store.holding(filter.attribute ?? '', filter.value ?? '')
  const parts = (filter.filters ?? []).map((one) => candidates(one, store))
  if (filter.type === 'AndFilter') return parts.find((part) => part !== null) ?? null
  if (filter.type !== 'OrFilter') return null
  const all = parts.flatMap((part) => part ?? [])
  return parts.includes(null) ? null : [...new Set(all)]
}

/** The attributes to send for what was asked (RFC 4511, 4.5.1.8): `*`, `+`, `1.1`, names, or nothing for all. */
export function select(
  entry: StoredEntry,
  asked: readonly string[],
  hide: (name: string) => boolean,
): Record<string, readonly string[]> {
  const names = new Set(asked.map((name) => name.toLowerCase()))
  const user = names.size === 0 || names.has('*')
  const chosen: [string, readonly string[]][] = [
    ...Object.entries(entry.attributes).filter(([name]) => user || names.has(name.toLowerCase())),
    ...Object.entries(operational(entry)).filter(([name]) => names.has('+') || names.has(name.toLowerCase())),
  ]
  return Object.fromEntries(chosen.filter(([name]) => !hide(name)))
}
