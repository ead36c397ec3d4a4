import { isDatabaseAway } from '../kernel/away.ts'
import { TargetFault } from '../kernel/fault.ts'
import type { Words } from './words/vi.ts'

/** Ends a request with a status and its page; what the page says is in the words of the status. */
export class HttpFault extends Error {
  readonly status: 400 | 403 | 404 | 409 | 413 | 419 | 429 | 503
  readonly minutes: number | null
  constructor(status: HttpFault['status'], facts: { minutes?: number; cause?: unknown } = {}) {
    super(`HTTP ${status}`, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'HttpFault'
    this.status = status
    this.minutes = facts.minutes ?? null
  }
}

/** What is wrong as a status; null for what nobody foresaw. */
export function faultOf(error: unknown): HttpFault | null {
  if (error instanceof HttpFault) return error
  if (error instanceof TargetFault) return new HttpFault(503, { cause: error })
  const { status } = error as { status?: unknown }
  if (status === 413) return new HttpFault(413)
  if (typeof status === 'number' && status >= 400 && status < 500) return new HttpFault(400)
  if (isDatabaseAway(error)) return new HttpFault(503, { cause: error })
  return null
}

/** What its page says; `code` tells an incident that nobody foresaw. */
export function wordsFor(
  fault: HttpFault | null,
  code: string | null,
  t: Words,
  error: unknown,
): { title: string; text: string } {
  switch (fault?.status) {
    case undefined:
      return { title: t.faults.broken.title, text: t.faults.broken.text(code ?? '') }
    case 400:
      return t.faults.badRequest
    case 403:
      return t.faults.forbidden
    case 404:
      return t.faults.notFound
    case 409:
      return { title: t.faults.changed.title, text: t.faults.changed.plain }
    case 413:
      return t.faults.tooLarge
    case 419:
      return t.faults.stale
    case 429:
      return { title: t.faults.tooMany.title, text: t.faults.tooMany.text(fault.minutes ?? 1) }
    case 503:
      return {
        title: t.faults.down.title,
        text: error instanceof TargetFault ? t.faults.down.directory : t.faults.down.plain,
      }
    default:
      return t.faults.badRequest
  }
}
