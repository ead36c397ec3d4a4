import type { Fault, Finding } from '../kernel/fault.ts'
import { TargetFault } from '../kernel/fault.ts'
import { readCapabilities } from './capabilities.ts'
import { checkDirectory } from './check.ts'
import { LdapFault } from './connection.ts'
import { ensureContainers } from './containers.ts'
import type { Directory, DirectoryCapabilities, DirectoryEntry, DirectoryOutcome, Removal } from './directory.ts'
import { decide, type Leave } from './ensure.ts'
import { fetchById, fetchRelated } from './fetch.ts'
import { valuesOf, type LdapEntry, type LdapSettings, type LdapWrite } from './operations.ts'
import { openPool } from './pool.ts'
import { removeAll } from './remove.ts'
import { CODES } from './result-codes.ts'
import { differences, flaw, wantedOf, type Wanted } from './wanted.ts'
import { writeAll } from './write-all.ts'

/** For notes on what went otherwise than planned; pino fits. Never given a password. */
export type DirectoryLog = { warn(details: object, message: string): void }

type Task = { readonly index: number; readonly wanted: Wanted }
type Planned = Task & { readonly write: LdapWrite; readonly creates: boolean }
type Outcomes = (DirectoryOutcome | undefined)[]

// So many entries are looked up and read back by one search each: slapd holds every term of a filter against every entry that may
// match, and asks its access rules each time, so that a hundred take it ten times as long as ten times ten.
const CHUNK = 20
// So many writes go into one transaction, and so many chunks are decided together.
const ROUND = 500

/**
 * The directory behind LDAP: OpenLDAP, the embedded one, or another that knows our schema. `leave` says which attributes of
 * entries that exist are not ours to write.
 */
export function ldapDirectory(
  settings: LdapSettings,
  log?: DirectoryLog,
  leave: () => Promise<Leave> = () => Promise.resolve(new Set()),
): Directory {
  const pool = openPool(settings)
  let known: DirectoryCapabilities | null = null

  const capabilities = async () => (known ??= await pool.use((connection) => readCapabilities(connection)))

  async function ensure(entries: readonly DirectoryEntry[]): Promise<DirectoryOutcome[]> {
    const outcomes: Outcomes = new Array<DirectoryOutcome | undefined>(entries.length).fill(undefined)
    const tasks: Task[] = []
    for (const [index, entry] of entries.entries()) {
      const trouble = flaw(entry)
      if (trouble === null) tasks.push({ index, wanted: wantedOf(entry) })
      else outcomes[index] = { status: 'fault', fault: { kind: 'refused', detail: trouble } }
    }
    const left = await leave()
    for (const round of rounds(tasks.sort(takersFirst))) await ensureRound(round, outcomes, left)
    return outcomes.map((outcome) => outcome ?? lost)
  }

  /** Answers every task of the round in `outcomes`. */
  async function ensureRound(round: readonly Task[], outcomes: Outcomes, left: Leave, mayMove = true): Promise<void> {
    const planned: Planned[] = []
    const moving: Planned[] = []
    await inChunks(
      round,
      async (chunk) => {
        const related = await pool.use((connection) =>
          fetchRelated(
            connection,
            settings.baseDn,
            chunk.map(({ wanted }) => wanted),
          ),
        )
        for (const task of chunk) {
          const decision = decide(task.wanted, related, settings.baseDn, left)
          if (decision.type === 'write') planned.push({ ...task, write: decision.write, creates: decision.creates })
          else if (decision.type === 'move') moving.push({ ...task, write: decision.write, creates: false })
          else outcomes[task.index] = decision.outcome
        }
      },
      outcomes,
    )
    await write(planned.sort(takersFirst), outcomes, planned.some(takes))
    const open = planned.filter(({ index }) => outcomes[index] === undefined)
    await inChunks(open, (chunk) => readBack(chunk, outcomes, left), outcomes)
    await move(moving, outcomes, left, mayMove)
  }

  /** Moves entries to where they belong, and then writes what else differs; one that does not stay there is a fault. */
  async function move(moving: readonly Planned[], outcomes: Outcomes, left: Leave, mayMove: boolean): Promise<void> {
    if (moving.length === 0) return
    if (mayMove) await write(moving, outcomes)
    else for (const { index } of moving) outcomes[index] = strays
    const moved = moving.filter(({ index }) => outcomes[index] === undefined)
    if (moved.length > 0) await ensureRound(moved, outcomes, left, false)
  }

  async function write(planned: readonly Planned[], outcomes: Outcomes, inOrder = false): Promise<void> {
    if (planned.length === 0) return
    const writes = planned.map(({ write }) => write)
    try {
      const { transactions } = await capabilities()
      // A transaction must not fail for the sake of a branch that is missing.
      if (planned.some(({ creates }) => creates))
        await pool.use((connection) => ensureContainers(connection, settings.baseDn))
      const faults = await writeAll(pool, writes, transactions, inOrder)
      for (const [at, task] of planned.entries()) {
        const fault = faults[at]
        if (fault) outcomes[task.index] = { status: 'fault', fault: explain(fault) }
      }
    } catch (error) {
      for (const { index } of planned) outcomes[index] ??= { status: 'fault', fault: faultFrom(error) }
    }
  }

  async function readBack(chunk: readonly Planned[], outcomes: Outcomes, left: Leave): Promise<void> {
    const ids = chunk.map(({ wanted }) => wanted.id)
    const found = await pool.use((connection) => fetchById(connection, settings.baseDn, ids))
    for (const { index, wanted, creates } of chunk) {
      const entry = found.get(wanted.id.toLowerCase())
      outcomes[index] = confirm(entry, wanted, creates, left)
      const outcome = outcomes[index]
      if (outcome.status === 'fault')
        log?.warn({ congvuId: wanted.id, ...outcome.fault }, 'directory read-back differs')
    }
  }

  async function inChunks<T extends Task>(
    tasks: readonly T[],
    work: (chunk: readonly T[]) => Promise<void>,
    outcomes: Outcomes,
  ): Promise<void> {
    const chunks = Array.from({ length: Math.ceil(tasks.length / CHUNK) }, (_, n) =>
      tasks.slice(n * CHUNK, (n + 1) * CHUNK),
    )
    const one = async (chunk: readonly T[]) => {
      try {
        await work(chunk)
      } catch (error) {
        for (const { index } of chunk) outcomes[index] ??= { status: 'fault', fault: faultFrom(error) }
      }
    }
    await Promise.all(chunks.map(one))
  }

  return {
    ensure,
    remove: async (removals: readonly Removal[]) => {
      try {
        return await removeAll(pool, settings.baseDn, removals, (await capabilities()).transactions)
      } catch (error) {
        return removals.map(() => ({ status: 'fault', fault: faultFrom(error) }) as const)
      }
    },
    capabilities: async () => {
      known = null
      return capabilities()
    },
    check: async (): Promise<Finding[]> => checkDirectory(settings),
    close: () => pool.close(),
  }
}

const takes = ({ wanted }: Task) => wanted.takesFrom.size > 0
const takersFirst = (a: Task, b: Task) => Number(takes(b)) - Number(takes(a))

const strays: DirectoryOutcome = {
  status: 'fault',
  fault: { kind: 'outcome-unknown', detail: 'the entry was moved, and is not where it should be' },
}

const lost: DirectoryOutcome = {
  status: 'fault',
  fault: { kind: 'outcome-unknown', detail: 'no outcome was recorded' },
}

/**
 * Rounds of at most 500 in the order asked. Two entries that speak of the same identity, name or address never share
 * one, so that the later sees what the earlier did.
 */
function rounds(tasks: readonly Task[]): Task[][] {
  const result: { tasks: Task[]; keys: Set<string> }[] = []
  for (const task of tasks) {
    const keys = keysOf(task.wanted)
    let last = result.at(-1)
    if (!last || last.tasks.length >= ROUND || keys.some((key) => last?.keys.has(key))) {
      last = { tasks: [], keys: new Set() }
      result.push(last)
    }
    last.tasks.push(task)
    for (const key of keys) last.keys.add(key)
  }
  return result.map((round) => round.tasks)
}

function keysOf({ id, rdn, container, attributes }: Wanted): string[] {
  const addresses = [...(attributes['mail'] ?? []), ...(attributes['congvuAlias'] ?? [])]
  return [id, `${rdn},${container}`, ...addresses].map((key) => key.toLowerCase())
}

/** What the entry as read back says about the write. */
function confirm(entry: LdapEntry | undefined, wanted: Wanted, created: boolean, left: Leave): DirectoryOutcome {
  const doubt = (detail: string): DirectoryOutcome => ({ status: 'fault', fault: { kind: 'outcome-unknown', detail } })
  if (!entry) return doubt('the entry was written and is not there on reading back')
  const revision = Number(valuesOf(entry, 'congvuRevision')[0] ?? '0')
  if (revision > wanted.revision) return { status: 'superseded', revision }
  const odd = differences(entry, wanted, left)
    .map(({ attribute }) => attribute)
    .filter((name) => name !== 'congvuRevision')
  if (odd.length > 0 || revision !== wanted.revision)
    return doubt(`the entry reads back otherwise than written: ${[...new Set(odd)].join(', ') || 'congvuRevision'}`)
  const remoteId = valuesOf(entry, 'entryUUID')[0]
  if (remoteId === undefined) return doubt('the server shows no entryUUID')
  return { status: created ? 'created' : 'changed', remoteId, remoteDn: entry.dn }
}

function explain({ code, fault }: LdapFault): Fault {
  if (code === CODES.entryAlreadyExists)
    return { kind: 'refused', detail: `the name of the entry is taken by one without this congvuId (${fault.detail})` }
  if (code === CODES.noSuchAttribute || code === CODES.noSuchObject)
    return { kind: 'unreachable', detail: `the entry was changed by somebody else meanwhile (${fault.detail})` }
  return fault
}

function faultFrom(error: unknown): Fault {
  if (error instanceof TargetFault) return error.fault
  return { kind: 'outcome-unknown', detail: error instanceof Error ? error.message : 'unknown trouble' }
}
