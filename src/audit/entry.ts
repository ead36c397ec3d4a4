import { createHash, randomBytes } from 'node:crypto'

/** What somebody did, as a transaction collects it. `detail` holds values and may be erased later by retention. */
export type AuditRecord = {
  readonly actor: { readonly id: string; readonly name: string }
  readonly action: string
  /** What it was done to, such as `request:<id>`; an identifier, never a name. */
  readonly subject: string
  readonly detail: Readonly<Record<string, unknown>>
}

/** A link of the chain. It holds no values, only their salted digest, so that details can be erased and the chain holds. */
export type AuditEntry = {
  readonly seq: number
  readonly at: Date
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly digest: string
  readonly mac: string
}
export type AuditDetail = { readonly salt: string; readonly body: string }
export type AuditHead = { readonly seq: number; readonly mac: string }

export type Mac = (text: string) => string

/** Before the first entry. */
export const GENESIS: AuditHead = { seq: 0, mac: '' }

export const digestOf = (detail: AuditDetail): string =>
  createHash('sha256').update(detail.salt).update('\n').update(detail.body).digest('base64url')

const macOf = (mac: Mac, previous: string, entry: Omit<AuditEntry, 'mac'>): string =>
  mac(
    JSON.stringify([
      previous,
      entry.seq,
      entry.at.toISOString(),
      entry.actor,
      entry.action,
      entry.subject,
      entry.digest,
    ]),
  )

/** The seal of the head: without the key nobody can make an older head look like the newest. */
export const sealOf = (mac: Mac, head: AuditHead): string => mac(JSON.stringify(['head', head.seq, head.mac]))

/** The records as the links that follow `head`. */
export function chain(
  mac: Mac,
  head: AuditHead,
  at: Date,
  records: readonly AuditRecord[],
): { links: { entry: AuditEntry; detail: AuditDetail }[]; head: AuditHead } {
  let last = head
  const links = records.map((record) => {
    const detail = {
      salt: randomBytes(16).toString('base64url'),
      body: JSON.stringify({ by: record.actor.name, ...record.detail }),
    }
    const unsigned = {
      seq: last.seq + 1,
      at,
      actor: record.actor.id,
      action: record.action,
      subject: record.subject,
      digest: digestOf(detail),
    }
    const entry = { ...unsigned, mac: macOf(mac, last.mac, unsigned) }
    last = { seq: entry.seq, mac: entry.mac }
    return { entry, detail }
  })
  return { links, head: last }
}

export type Break = { readonly seq: number; readonly kind: 'missing' | 'changed' | 'detail-changed' | 'cut' }

/** Follows the chain link by link; `next` answers the first break, `end` whether the tail was cut. */
export function verifier(mac: Mac) {
  let last = GENESIS
  return {
    get head(): AuditHead {
      return last
    },
    next(entry: AuditEntry, detail: AuditDetail | null): Break | null {
      if (entry.seq !== last.seq + 1) return { seq: last.seq + 1, kind: 'missing' }
      if (macOf(mac, last.mac, entry) !== entry.mac) return { seq: entry.seq, kind: 'changed' }
      if (detail !== null && digestOf(detail) !== entry.digest) return { seq: entry.seq, kind: 'detail-changed' }
      last = { seq: entry.seq, mac: entry.mac }
      return null
    },
    end(head: AuditHead & { seal: string }): Break | null {
      if (head.seq === 0 && last.seq === 0) return null
      const fits = head.seq === last.seq && head.mac === last.mac && sealOf(mac, head) === head.seal
      return fits ? null : { seq: last.seq + 1, kind: 'cut' }
    },
  }
}
