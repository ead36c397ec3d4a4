/** How final it is that a letter did not arrive; `unclear` for reports that do not say. */
export const BOUNCES = ['permanent', 'temporary', 'unclear'] as const
export type Bounce = (typeof BOUNCES)[number]

/** What a returned letter tells; null where it tells of no trouble (a receipt, an answer by a machine). */
export type Report = {
  readonly bounce: Bounce
  /** RFC 3463, such as `5.1.1`. */
  readonly status: string | null
  /** What the server that did not take it said. */
  readonly detail: string | null
}

/** A machine's report on a letter (RFC 3464), as far as it was found in what came back. */
export type Returned = {
  /** The text of its part message/delivery-status. */
  readonly deliveryStatus: string | null
  readonly subject: string
  /** Whether it came with an empty envelope sender, as reports do (RFC 5321, 4.5.5). */
  readonly fromNobody: boolean
}

const STATUS = /^\s*([245])\.(\d{1,3})\.(\d{1,3})\b/
const LONGEST = 300
/** More recipients than one letter of ours can have. */
const BLOCKS = 20

/** What a returned letter means. Nothing in it is trusted: it is text from anywhere. */
export function readReport(returned: Returned): Report | null {
  const { deliveryStatus, subject, fromNobody } = returned
  if (deliveryStatus === null) {
    return fromNobody ? { bounce: 'unclear', status: null, detail: tame(subject) } : null
  }
  const reports = deliveryStatus
    .replace(/\r\n?/g, '\n')
    .split(/\n\s*\n/)
    .slice(0, BLOCKS)
    .map(fieldsOf)
    .filter((fields) => fields.has('action'))
    .map((fields): Report | null => {
      const action = fields.get('action')?.trim().toLowerCase()
      const [found, kind] = STATUS.exec(fields.get('status') ?? '') ?? []
      const detail = tame((fields.get('diagnostic-code') ?? '').replace(/^[\w-]+;\s*/, ''))
      const told = { status: found?.trim() ?? null, detail }
      if (action === 'delayed') return { bounce: 'temporary', ...told }
      if (action === 'failed') return { bounce: kind === '4' ? 'temporary' : 'permanent', ...told }
      return null
    })
  if (reports.length === 0) return fromNobody ? { bounce: 'unclear', status: null, detail: tame(subject) } : null
  const worst = (kind: Bounce) => reports.find((report) => report?.bounce === kind)
  return worst('permanent') ?? worst('temporary') ?? null
}

/** The header fields of a block, folded lines joined, names in lower case; the first of a name counts. */
function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const row of block.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const colon = row.indexOf(':')
    const name = row.slice(0, Math.max(0, colon)).trim().toLowerCase()
    if (name !== '' && !fields.has(name)) fields.set(name, row.slice(colon + 1).trim())
  }
  return fields
}

/** One line that a page may show, or null for nothing. */
const tame = (text: string): string | null => {
  const plain = text
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST)
  return plain === '' ? null : plain
}

/** Whether a report replaces what is known already: the newest does, unless it is less final. */
export const outweighs = (next: Bounce, known: Bounce | null): boolean =>
  known === null || BOUNCES.indexOf(next) <= BOUNCES.indexOf(known)

/** What people understand of a status: who or what is in the way. */
export const CAUSES = ['no-such-address', 'full', 'refused', 'unreachable', 'other'] as const
export type Cause = (typeof CAUSES)[number]
export function causeOf(status: string | null): Cause {
  const [, subject, detail] = (status ?? '').split('.')
  if (subject === '1' || status === '5.2.1') return 'no-such-address'
  if (subject === '2' && detail === '2') return 'full'
  if (subject === '7') return 'refused'
  if (subject === '3' || subject === '4') return 'unreachable'
  return 'other'
}
