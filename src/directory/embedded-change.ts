import { dnKey, isWithin, parentDn, parseDn } from './dn.ts'
import { canonicalName, checkEntry, foldValue, Refusal, structuralClass } from './embedded-schema.ts'
import type { EntryStore } from './embedded-store.ts'
import type { LdapChange } from './operations.ts'

type Attributes = Record<string, readonly string[]>

/** Adds an entry, or throws Refusal. */
export async function addEntry(
  store: EntryStore,
  baseDn: string,
  dn: string,
  given: readonly { readonly type: string; readonly values: readonly string[] }[],
): Promise<void> {
  if (parseDn(dn) === null) throw new Refusal(34, 'invalid DN')
  if (!isWithin(dn, baseDn)) throw new Refusal(32, 'no global superior knowledge')
  if (store.get(dn)) throw new Refusal(68, '')
  if (dnKey(dn) !== dnKey(baseDn) && !store.get(parentDn(dn))) throw new Refusal(32, 'the entry above is missing')
  const attributes: Attributes = {}
  for (const { type, values } of given) {
    const name = nameOf(type)
    if (attributes[name]) throw new Refusal(20, `${name}: provided more than once`)
    if (values.length === 0) throw new Refusal(21, `${name}: no values given`)
    attributes[name] = values
  }
  checkNaming(dn, attributes, 64)
  checkEntry(attributes)
  await store.put(dn, attributes)
}

/** Makes all the changes in order or, throwing Refusal, none. */
export async function modifyEntry(store: EntryStore, dn: string, changes: readonly LdapChange[]): Promise<void> {
  const entry = store.get(dn)
  if (!entry) throw new Refusal(32, '')
  const attributes: Attributes = { ...entry.attributes }
  for (const { operation, attribute, values } of changes) {
    const name = nameOf(attribute)
    const left = changed(name, attributes[name] ?? [], operation, values)
    if (left.length > 0) attributes[name] = left
    else Reflect.deleteProperty(attributes, name)
  }
  checkNaming(entry.dn, attributes, 67)
  checkEntry(attributes)
  const structural = [entry.attributes, attributes].map((all) => structuralClass(all['objectClass'] ?? []))
  if (structural[0] !== structural[1]) throw new Refusal(69, `structural object class modification`)
  await store.put(entry.dn, attributes)
}

/** Removes an entry with nothing below it, or throws Refusal. */
export async function removeEntry(store: EntryStore, dn: string): Promise<void> {
  const entry = store.get(dn)
  if (!entry) throw new Refusal(32, '')
  for (const child of store.children(dn)) throw new Refusal(66, `${child.dn} is below`)
  await store.remove(entry.dn)
}

function nameOf(type: string): string {
  const name = canonicalName(type)
  if (name === null) throw new Refusal(17, `${type}: attribute type undefined`)
  return name
}

function changed(
  name: string,
  has: readonly string[],
  operation: LdapChange['operation'],
  given: readonly string[],
): readonly string[] {
  if (operation === 'replace') return given
  const folded = new Set(has.map((value) => foldValue(name, value)))
  const asked = new Set(given.map((value) => foldValue(name, value)))
  if (operation === 'add') {
    const twice = given.findIndex((value) => folded.has(foldValue(name, value)))
    if (twice >= 0) throw new Refusal(20, `modify/add: ${name}: value #${twice} already exists`)
    return [...has, ...given]
  }
  const absent = has.length === 0 || [...asked].some((value) => !folded.has(value))
  if (absent) throw new Refusal(16, `modify/delete: ${name}: no such value`)
  return given.length === 0 ? [] : has.filter((value) => !asked.has(foldValue(name, value)))
}

function checkNaming(dn: string, attributes: Attributes, code: number): void {
  for (const { type, value } of parseDn(dn)?.[0] ?? []) {
    const name = nameOf(type)
    const wanted = foldValue(name, value)
    if (!(attributes[name] ?? []).some((one) => foldValue(name, one) === wanted))
      throw new Refusal(code, `value of naming attribute '${name}' is not present in entry`)
  }
}
