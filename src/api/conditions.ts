import { createHash } from 'node:crypto'
import type { ApiRefusal } from './problem.ts'

/** A strong validator (RFC 9110 8.8) of what goes over the wire. */
export const etagOf = (body: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 27)}"`

/** Whether a header's list of ETags names this one; `*` names all, a weak one none where it must be strong. */
export function names(header: string, etag: string, weakly = false): boolean {
  const listed = header.split(',').map((each) => each.trim())
  return listed.some((each) => each === '*' || each === etag || (weakly && each === `W/${etag}`))
}

/** What `If-Match` says to a change of what is there now; null when it may go on. */
export function judge(header: string | undefined, present: unknown): ApiRefusal | null {
  if (header === undefined) return { kind: 'precondition-needed' }
  return names(header, etagOf(present)) ? null : { kind: 'changed' }
}

/**
 * The key of `Idempotency-Key`: a Structured Field String (RFC 9651), or the same without its quotes; null when it is neither
 * or too long.
 */
export function keyOf(header: string): string | null {
  const text = header.trim()
  const [, quoted] = /^"([\x20-\x21\x23-\x5b\x5d-\x7e]{1,255})"$/.exec(text) ?? []
  return quoted ?? (/^[\w.:~+/=-]{1,255}$/.test(text) ? text : null)
}
