import { createHash } from 'node:crypto'
import type pg from 'pg'
import type { Actor } from '../access/policy.ts'
import type { Adopting } from '../accounts/adopting.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { ForeignDirectory } from '../directory/foreign.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import { TargetFault } from '../kernel/fault.ts'
import type { Sync } from '../provisioning/sync.ts'
import { countOutcomes, type Judged } from './adoption.ts'
import * as plans from './adoption-plan-store.ts'
import type { AdoptionReader } from './adoption-reading.ts'
import { alone } from './alone.ts'

const CHUNK = 500
/** Any number, the same for every process of this product: one adoption at a time. */
const LOCK = 7_210_550_006

/** What a worker does about adoptions: reads directories, and takes over what was decided. */
export function adoptionWorkOf(deps: {
  prisma: PrismaClient
  pool: pg.Pool
  transaction: Transaction
  clock: Clock
  foreign: ForeignDirectory
  reader: AdoptionReader
  adopting: Adopting
  sync: Sync
  domain: string
}) {
  const { prisma, pool, transaction, clock, foreign, reader, adopting, sync, domain } = deps

  /** Reads, and keeps what would become of each entry; a fault of the directory ends it, having changed nothing. */
  async function read(record: plans.AdoptionRecord): Promise<void> {
    const judged = await tried(record, async () => ({
      capabilities: await foreign.capabilities(),
      seen: await reader(record, dayOf(clock())),
    }))
    if (judged === null) return
    const { capabilities, seen } = judged
    const outcomes = seen.map(({ outcome }) => outcome)
    await transaction(
      async (tx) => {
        await plans.writeEntries(tx.db, record.id, seen, domain)
        await plans.update(tx.db, record.id, {
          ...{ state: 'preview', readAt: tx.at, fault: null, counts: countOutcomes(outcomes), capabilities },
          hash: hashOf(seen),
        })
      },
      { timeoutMs: 120_000 },
    )
  }

  /** Takes over what is still as it was shown, some hundreds at a time; what was cut goes on here. */
  async function carryOut(record: plans.AdoptionRecord): Promise<void> {
    const shown = await plans.sure(prisma, record.id)
    const seen = await tried(record, () => reader(record, dayOf(clock())))
    if (seen === null) return
    const by: Actor = { kind: 'job', id: 'job:adoption', name: record.byName }
    const isAsShown = ({ entry, outcome }: Judged) => {
      const row = shown.get(entry.remoteId ?? '')
      return row?.kind === outcome.kind && ('account' in outcome ? outcome.account : null) === row.accountId
    }
    const sure = seen.filter((each) => (each.outcome.kind === 'new' || each.outcome.kind === 'link') && isAsShown(each))
    const taken = seen.filter(({ entry, outcome }) => outcome.kind === 'known' && shown.has(entry.remoteId ?? ''))
    for (let start = 0; start < sure.length; start += CHUNK) {
      const part = sure.slice(start, start + CHUNK)
      await transaction((tx) => takeOver(tx, by, record.id, part), { timeoutMs: 120_000 })
    }
    await transaction(async (tx) => {
      const done = { taken: taken.length + sure.length, changed: shown.size - taken.length - sure.length }
      await plans.update(tx.db, record.id, { ...done, state: 'done', endedAt: tx.at })
      tx.audit(by, 'adoption.done', `adoption:${record.id}`, done)
    })
  }

  async function takeOver(tx: Tx, by: Actor, id: string, part: readonly Judged[]): Promise<void> {
    await adopting.adoptMany(
      tx,
      by,
      part.flatMap(({ entry, outcome }) => {
        if (outcome.kind !== 'new') return []
        const { name, login, local, unitId } = outcome
        return [
          {
            ...{ name, login, local, unitId, title: entry.title, phone: entry.phone, password: entry.password },
            ...{
              ninHash: entry.ninHash,
              birth: entry.birth,
              aliases: entry.aliases,
              remoteId: entry.remoteId ?? '',
              remoteDn: entry.dn,
            },
          },
        ]
      }),
    )
    const linked = part.flatMap(({ entry, outcome }) => (outcome.kind === 'link' ? [{ entry, ...outcome }] : []))
    for (const { entry, account, by: how } of linked) {
      await sync.relocate(tx, { kind: 'account', id: account }, { remoteId: entry.remoteId, remoteDn: entry.dn })
      tx.audit(by, 'account.linked', `account:${account}`, { dn: entry.dn, by: how })
    }
    await sync.again(
      tx,
      linked.map(({ account }) => ({ kind: 'account' as const, id: account })),
    )
    await plans.progress(tx.db, id, part.length)
  }

  async function tried<T>(record: plans.AdoptionRecord, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof TargetFault)) throw error
      const { fault } = error
      await transaction((tx) =>
        plans.update(tx.db, record.id, { state: 'faulty', endedAt: tx.at, fault: fault.detail }),
      )
      return null
    }
  }

  return {
    /** Reads and carries out what waits, one after the other; answers how many. Another process may be at it already. */
    async work(): Promise<number> {
      const done = await alone(pool, LOCK, async () => {
        let n = 0
        for (let record = await plans.next(prisma); record !== null; record = await plans.next(prisma)) {
          await (record.state === 'reading' ? read(record) : carryOut(record))
          n += 1
        }
        return n
      })
      return done ?? 0
    },
  }
}

/** Of all that would be done: it is carried out only when this is still what was shown. */
function hashOf(judged: readonly Judged[]): string {
  const rows = judged.flatMap(({ entry, outcome }) =>
    outcome.kind === 'new' || outcome.kind === 'link'
      ? [JSON.stringify([entry.remoteId, outcome.kind, 'account' in outcome ? outcome.account : entry.local])]
      : [],
  )
  return createHash('sha256').update(rows.sort().join('\n')).digest('hex')
}
