import { LdapFault } from './connection.ts'
import type { LdapWrite } from './operations.ts'
import type { LdapPool } from './pool.ts'

// Below this many, one by one is as quick as another transaction.
const FEW = 4
// Requests that one connection has under way at once.
const IN_FLIGHT = 64

/**
 * Makes all writes; for each the fault that it met, or null. In a transaction where the server has them: should that fail,
 * none of it has happened, and the halves are tried apart, so that in the end only the bad write is reported. Renames are
 * written one by one.
 */
export async function writeAll(
  pool: LdapPool,
  writes: readonly LdapWrite[],
  transactions: boolean,
): Promise<(LdapFault | null)[]> {
  // slapd 2.5 crashes at the commit of a transaction that renames an entry: it keeps a pointer to a stack frame that is gone.
  const renames = writes.some(({ type }) => type === 'rename')
  if (!transactions || renames || writes.length <= FEW) return writeSingly(pool, writes)
  const done = await inTransaction(pool, writes)
  if (!(done instanceof LdapFault)) return done
  if (done.code === null || done.fault.kind !== 'refused') return writes.map(() => done)
  const middle = Math.ceil(writes.length / 2)
  const first = await writeAll(pool, writes.slice(0, middle), true)
  return [...first, ...(await writeAll(pool, writes.slice(middle), true))]
}

/** The fault of each, or the one for which nothing has happened. */
async function inTransaction(pool: LdapPool, writes: readonly LdapWrite[]): Promise<(LdapFault | null)[] | LdapFault> {
  try {
    return await pool.use((connection) => connection.transaction(writes).catch(asFault))
  } catch (error) {
    // No connection was to be had: the reason is not in the writes, and dividing them would not help.
    const { fault } = asFault(error)
    return new LdapFault(fault, null, { cause: error })
  }
}

async function writeSingly(pool: LdapPool, writes: readonly LdapWrite[]): Promise<(LdapFault | null)[]> {
  const faults: (LdapFault | null)[] = []
  for (let start = 0; start < writes.length; start += IN_FLIGHT) {
    const slice = writes.slice(start, start + IN_FLIGHT)
    try {
      const results = await pool.use((connection) => Promise.allSettled(slice.map((one) => connection.write(one))))
      faults.push(...results.map((result) => (result.status === 'fulfilled' ? null : asFault(result.reason))))
    } catch (error) {
      // No connection was to be had, so none of these was sent.
      faults.push(...slice.map(() => asFault(error)))
    }
  }
  return faults
}

function asFault(error: unknown): LdapFault {
  if (error instanceof LdapFault) return error
  const detail = error instanceof Error ? error.message : 'unknown trouble'
  return new LdapFault({ kind: 'outcome-unknown', detail }, null, { cause: error })
}
