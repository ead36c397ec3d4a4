import { TargetFault, type Fault } from '../kernel/fault.ts'
import { LdapFault, type LdapConnection } from './connection.ts'
import type { Removal, RemovalOutcome } from './directory.ts'
import { anyOf, equal, valuesOf, type LdapEntry, type LdapWrite } from './operations.ts'
import type { LdapPool } from './pool.ts'
import { CODES } from './result-codes.ts'
import { writeAll } from './write-all.ts'

// So many entries are looked up and read back by one search each.
const CHUNK = 100

/**
 * Deletes entries by their identity, wherever they are and whatever they are called by now, and reads back that they are gone.
 * A missing base is a fault: it says that the directory was lost or never reached, not that nobody is in it.
 */
export async function removeAll(
  pool: LdapPool,
  baseDn: string,
  removals: readonly Removal[],
  transactions: boolean,
): Promise<RemovalOutcome[]> {
  const outcomes: RemovalOutcome[] = []
  for (let start = 0; start < removals.length; start += CHUNK)
    outcomes.push(...(await removeChunk(pool, baseDn, removals.slice(start, start + CHUNK), transactions)))
  return outcomes
}

async function removeChunk(
  pool: LdapPool,
  baseDn: string,
  removals: readonly Removal[],
  transactions: boolean,
): Promise<RemovalOutcome[]> {
  const find = () => pool.use((connection) => byIdentity(connection, baseDn, removals))
  try {
    const before = await find()
    const plans = removals.map((removal) => planFor(removal, before.get(removal.id.toLowerCase()) ?? []))
    const writes = plans.flatMap((plan) => ('type' in plan ? [plan] : []))
    const faults = await writeAll(pool, writes, transactions)
    const after = writes.length === 0 ? before : await find()
    return plans.map((plan, index) => {
      if (!('type' in plan)) return plan
      const fault = faults[writes.indexOf(plan)]
      if (!after.has(removals[index]?.id.toLowerCase() ?? '')) return { status: 'removed' }
      if (fault && fault.code !== CODES.noSuchObject) return { status: 'fault', fault: fault.fault }
      return faulty('outcome-unknown', 'the entry was deleted and is still there on reading back')
    })
  } catch (error) {
    if (error instanceof LdapFault && error.code === CODES.noSuchObject)
      return removals.map(() => faulty('unreachable', `the directory has no ${baseDn}: was it lost?`))
    if (!(error instanceof TargetFault)) throw error
    return removals.map(() => ({ status: 'fault', fault: error.fault }))
  }
}

async function byIdentity(
  connection: LdapConnection,
  baseDn: string,
  removals: readonly Removal[],
): Promise<Map<string, LdapEntry[]>> {
  const found = await connection.search(baseDn, {
    scope: 'sub',
    filter: anyOf(removals.map(({ id }) => equal('congvuId', id))),
    attributes: ['congvuId', 'congvuRevision'],
  })
  return Map.groupBy(found, (entry) => (valuesOf(entry, 'congvuId')[0] ?? '').toLowerCase())
}

function planFor(
  { id, revision }: Removal,
  entries: readonly LdapEntry[],
): RemovalOutcome | (LdapWrite & { type: 'delete' }) {
  const [entry, ...more] = entries
  if (entry === undefined) return { status: 'absent' }
  if (more.length > 0)
    return faulty('refused', `several entries carry congvuId ${id}: ${entries.map(({ dn }) => dn).join('; ')}`)
  const carried = Number(valuesOf(entry, 'congvuRevision')[0] ?? 0)
  return carried > revision ? { status: 'superseded', revision: carried } : { type: 'delete', dn: entry.dn }
}

const faulty = (kind: Fault['kind'], detail: string): RemovalOutcome => ({ status: 'fault', fault: { kind, detail } })
