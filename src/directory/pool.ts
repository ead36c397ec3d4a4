import { connect, LdapFault, type LdapConnection } from './connection.ts'
import type { LdapSettings } from './operations.ts'

/** A few bound connections, shared; a broken one is replaced by a fresh one, which binds again. */
export type LdapPool = {
  /** Lends a connection to one piece of work, waiting while all are lent. Throws what connecting or the work throws. */
  use<Result>(work: (connection: LdapConnection) => Promise<Result>): Promise<Result>
  /** Lets the work that is under way finish (its deadlines bound it); no new work is taken. */
  close(): Promise<void>
}

type Resting = { readonly connection: LdapConnection; readonly since: number }

// A connection that rested longer may have been dropped by a firewall without a word; it is not trusted again.
const REST_MS = 30_000

export function openPool(settings: LdapSettings): LdapPool {
  const resting: Resting[] = []
  const waiting: (() => void)[] = []
  const lent = new Set<LdapConnection>()
  let places = settings.connections
  let closed = false
  let drained: (() => void) | null = null

  const isClosed = () => closed
  const shut = () => new LdapFault({ kind: 'unreachable', detail: 'the directory client is closed' })

  async function take(): Promise<LdapConnection> {
    while (places === 0 && !isClosed()) await new Promise<void>((resolve) => waiting.push(resolve))
    if (isClosed()) throw shut()
    places -= 1
    try {
      for (let rested = resting.pop(); rested !== undefined; rested = resting.pop()) {
        if (rested.connection.isOpen() && Date.now() - rested.since < REST_MS) return rested.connection
        void rested.connection.close()
      }
      return await connect(settings)
    } catch (error) {
      giveUpPlace()
      throw error
    }
  }

  function giveUpPlace(): void {
    places += 1
    waiting.shift()?.()
  }

  return {
    use: async (work) => {
      if (isClosed()) throw shut()
      const connection = await take()
      lent.add(connection)
      try {
        return await work(connection)
      } finally {
        lent.delete(connection)
        if (connection.isOpen() && !isClosed()) resting.push({ connection, since: Date.now() })
        else void connection.close()
        giveUpPlace()
        if (lent.size === 0) drained?.()
      }
    },
    close: async () => {
      closed = true
      for (const wake of waiting.splice(0)) wake()
      await Promise.all(resting.splice(0).map(({ connection }) => connection.close()))
      if (lent.size > 0) await new Promise<void>((resolve) => (drained = resolve))
    },
  }
}
