import type { Secrets } from '../kernel/secrets.ts'

/** Where a page of a list ended: sealed, so that nobody reads, changes or makes one up. */
export type Cursors = {
  /** `list` names the list with its filters; the cursor goes on with that one alone. */
  seal(key: unknown, list: string): string
  /** Undefined for one that is not of this list. */
  open(cursor: string, list: string): unknown
}

export const cursorsOf = (secrets: Pick<Secrets, 'seal' | 'open'>): Cursors => ({
  seal: (key, list) => secrets.seal(JSON.stringify(key), `cursor ${list}`),
  open(cursor, list) {
    try {
      return JSON.parse(secrets.open(cursor, `cursor ${list}`)) as unknown
    } catch {
      return undefined
    }
  },
})
