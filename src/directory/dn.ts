type Ava = { readonly type: string; readonly value: string }

/** One relative name: usually one pair, more when joined by `+`. */
export type Rdn = readonly Ava[]

const HEX = /^[0-9a-f]{2}$/i

/**
 * Reads a distinguished name (RFC 4514) into its relative names, the entry's own first, values decoded.
 * Null for what is not one.
 */
export function parseDn(dn: string): Rdn[] | null {
  if (dn.trim() === '') return []
  const rdns: Rdn[] = []
  let avas: Ava[] = []
  let at = 0
  while (at <= dn.length) {
    const equals = dn.indexOf('=', at)
    if (equals < 0) return null
    const type = dn.slice(at, equals).trim().toLowerCase()
    if (!/^([a-z][a-z0-9-]*|\d+(\.\d+)+)$/.test(type)) return null
    const read = readValue(dn, equals + 1)
    if (read === null) return null
    avas.push({ type, value: read.value })
    at = read.end + 1
    if (dn[read.end] === '+') continue
    rdns.push(avas)
    avas = []
    if (read.end >= dn.length) return rdns
  }
  return null
}

const SPECIAL = /[,+;\\]/g

function readValue(dn: string, start: number): { value: string; end: number } | null {
  // Nearly every value has nothing escaped in it.
  SPECIAL.lastIndex = start
  const special = SPECIAL.exec(dn)
  if (special?.[0] !== '\\') {
    const end = special?.index ?? dn.length
    return { value: dn.slice(start, end).replace(/^ +| +$/g, ''), end }
  }
  const bytes: Buffer[] = []
  let at = start
  while (dn[at] === ' ') at += 1
  let solid = 0
  for (; at < dn.length; at += 1) {
    const char = dn[at] ?? ''
    if (char === ',' || char === '+' || char === ';') break
    if (char === '\\') {
      const pair = dn.slice(at + 1, at + 3)
      const next = dn[at + 1]
      if (next === undefined) return null
      if (HEX.test(pair)) {
        bytes.push(Buffer.from(pair, 'hex'))
        at += 2
      } else {
        bytes.push(Buffer.from(next))
        at += 1
      }
      solid = bytes.length
      continue
    }
    const whole = String.fromCodePoint(dn.codePointAt(at) ?? 0)
    bytes.push(Buffer.from(whole))
    at += whole.length - 1
    if (char !== ' ') solid = bytes.length
  }
  return { value: Buffer.concat(bytes.slice(0, solid)).toString('utf8'), end: at }
}

const foldValue = (value: string) => value.trim().replace(/ +/g, ' ').toLowerCase()

/**
 * A spelling under which two names are equal exactly when they name the same entry, whatever escapes, spaces and case a
 * server answers with. What is not a name is only trimmed and lowered.
 */
export function dnKey(dn: string): string {
  if (PLAIN_DN.test(dn)) return dn.toLowerCase()
  const rdns = parseDn(dn)
  if (rdns === null) return dn.trim().toLowerCase()
  const fold = (rdn: Rdn) => rdn.map(({ type, value }) => `${type}=${escapeValue(foldValue(value))}`)
  return rdns.map((rdn) => fold(rdn).sort().join('+')).join(',')
}

// Nothing in it is spelled in two ways but for case.
const PLAIN_DN = /^[a-z][a-z0-9-]*=[a-z0-9._@-]+(,[a-z][a-z0-9-]*=[a-z0-9._@-]+)*$/i
const escapeValue = (value: string) => value.replace(/[\\,+;"<>=#]/g, (char) => `\\${char}`)

/** Whether `dn` lies below `ancestor`, or is it. */
export function isWithin(dn: string, ancestor: string): boolean {
  const key = dnKey(dn)
  const above = dnKey(ancestor)
  return key === above || above === '' || key.endsWith(`,${above}`)
}

/** The name above, as spelled; empty above the top. */
export function parentDn(dn: string): string {
  for (let at = 0; at < dn.length; at += 1) {
    if (dn[at] === '\\') at += 1
    else if (dn[at] === ',') return dn.slice(at + 1).trim()
  }
  return ''
}

const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Relative names that we build are plain ASCII, so that no server and no library can spell them otherwise. */
export const isPlainName = (name: string): boolean => PLAIN.test(name)
