import type { EventEmitter } from 'node:events'
import type { Done, Failure } from './ldapjs-types.ts'
import type { LdapEntry } from './operations.ts'

/** What a paged search reports: entries come one by one, a page is ended, everything is, or nothing more will come. */
export type PageFeed = {
  /** A page is over; `more` asks for the next. */
  page(entries: LdapEntry[], more: () => void): void
  end(): void
  fail(error: Error): void
}

/** Pages that wait for whoever takes them: one is read while another is looked at, so memory does not grow. */
const AHEAD = 1

/**
 * A paged search as something to iterate over. Throws what the search failed with, after the pages before; a search that
 * is not followed to its end is stopped.
 */
export async function* pageStream(start: (feed: PageFeed) => { stop(): void }): AsyncGenerator<LdapEntry[]> {
  const ready: LdapEntry[][] = []
  let more: (() => void) | null = null
  let over: { error: Error | null } | null = null
  let wake: () => void = () => undefined
  const ask = () => {
    if (ready.length > AHEAD || more === null) return
    const next = more
    more = null
    next()
  }
  const search = start({
    page(entries, next) {
      if (entries.length > 0) ready.push(entries)
      more = next
      ask()
      wake()
    },
    end() {
      over ??= { error: null }
      wake()
    },
    fail(error) {
      over ??= { error }
      wake()
    },
  })
  const ended = (): { error: Error | null } | null => over
  try {
    for (;;) {
      const page = ready.shift()
      ask()
      if (page) {
        yield page
        continue
      }
      const end = ended()
      if (end?.error) throw end.error
      if (end) return
      await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    if (ended() === null) search.stop()
  }
}

/** Entries after which a search that goes on is known to be alive. */
const SIGN_OF_LIFE = 100

/**
 * Feeds one paged search of ldapjs. The deadline counts while the server owes something, not while whoever takes the pages
 * is busy. Where the server has no pages, the answer comes in pieces of their size as it arrives.
 */
export function pagedSearch(
  feed: PageFeed,
  by: {
    readonly timeoutMs: number
    readonly pageSize: number
    readonly take: (entry: (entry: LdapEntry) => void) => void
    readonly search: (done: Done<EventEmitter>) => void
    readonly translate: (error: Failure) => Error
    readonly late: (why: string) => Error
  },
): { stop(): void } {
  let entries: LdapEntry[] = []
  let deadline: NodeJS.Timeout | undefined
  const owes = (something: boolean) => {
    clearTimeout(deadline)
    const why = `no answer within ${by.timeoutMs} ms`
    if (something) deadline = setTimeout(() => feed.fail(by.late(why)), by.timeoutMs)
  }
  const fail = (error: Failure) => {
    owes(false)
    feed.fail(by.translate(error))
  }
  const turn = (more: () => void) => {
    const page = entries
    entries = []
    feed.page(page, more)
  }
  owes(true)
  try {
    by.take((entry) => {
      entries.push(entry)
      if (entries.length % SIGN_OF_LIFE === 0) owes(true)
      if (entries.length > by.pageSize) turn(() => undefined)
    })
    by.search((error, answer) => {
      if (error || !answer) {
        fail(error ?? new Error('no answer'))
        return
      }
      answer.on('page', (_result: unknown, next: unknown) => {
        owes(false)
        turn(() => {
          if (typeof next !== 'function') return
          owes(true)
          ;(next as () => void)()
        })
      })
      // A server without pages has answered everything at once.
      answer.on('pageError', () => undefined)
      answer.on('error', fail)
      answer.on('end', () => {
        owes(false)
        turn(() => undefined)
        feed.end()
      })
    })
  } catch (error) {
    fail(error as Failure)
  }
  return {
    stop: () => {
      owes(false)
      by.late('a search was given up')
    },
  }
}
