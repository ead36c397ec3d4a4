import { LdapFault } from './connection.ts'
import type { LdapWrite } from './operations.ts'
import type { LdapPool } from './pool.ts'

// Below this many, one by one is as quick as another transaction.
const FEW = 4
// Requests that one connection has under way at once.
const IN_FLIGHT = 64

/**
 * Makes all writes; for each the fault that it met, or null. In a transaction where the server has them: should that fail,
 * none of it has happened, and they are written one by one, so that only the bad write is reported. So are renames.
 * `inOrder`: nobody sees one of them before those that come first.
 */
export async function writeAll(
  pool: LdapPool,
  writes: readonly LdapWrite[],
  transactions: boolean,
  inOrder = false,
): Promise<(LdapFault | null)[]> {
  // slapd 2.5 crashes at the commit of a transaction that renames an entry: it keeps a pointer to a stack frame that is gone.
  const renames = writes.some(({ type }) => type === 'rename')
  const isFew = writes.length <= (inOrder ? 1 : FEW)
  const singly = () => writeSingly(pool, writes, inOrder ? 1 : IN_FLIGHT)
  if (!transactions || renames || isFew) return singly()
  const done = await inTransaction(pool, writes)
  if (!(done instanceof LdapFault)) return done
  if (done.code === null || done.fault.kind !== 'refused') return writes.map(() => done)
  // Never in smaller transactions: slapd 2.5 crashes at times when one cannot be committed.
  return singly()
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

async function writeSingly(
  pool: LdapPool,
  writes: readonly LdapWrite[],
  inFlight: number,
): Promise<(LdapFault | null)[]> {
  const faults: (LdapFault | null)[] = []
  for (let start = 0; start < writes.length; start += inFlight) {
    const slice = writes.slice(start, start + inFlight)
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
