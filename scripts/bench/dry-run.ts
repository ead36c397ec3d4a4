import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { PersonActor } from '../../src/access/policy.ts'
import { startOffice, type Office } from '../../test/support/database.ts'
import { arrived, planned, roster, seedProvince } from '../../test/support/rosters.ts'
import { allowed, seedStaff } from '../../test/support/system.ts'
import { bareParse } from './bare-parse.ts'
import { median, round, table, type Report } from './figures.ts'
import { startWorker } from './processes.ts'

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

/**
 * The dry run of an Excel file: stored, read, every row decided, addresses proposed, the plan stored. The floor, in turns with it:
 * the same file's cells by the same reader, and nothing else.
 */
export async function dryRun(options: { size?: number; rounds?: number } = {}): Promise<Report> {
  const size = options.size ?? 30_000
  const rounds = options.rounds ?? 3
  const office = await startOffice()
  try {
    const { services } = office
    const province = await seedProvince(services)
    const staff = await seedStaff(services, 'it-staff', province, 'Lê Đức Thắng')
    const { bytes } = await roster({ size, seed: 2026, dirt: 0.1 })
    const path = join(office.folder, 'roster.xlsx')
    writeFileSync(path, bytes)

    const ours: number[] = []
    const floor: number[] = []
    let rows = 0
    // Once beforehand: code is compiled, connections are made.
    for (let n = -1; n < rounds; n++) {
      const bare = await timed(() => bareParse(path))
      const start = performance.now()
      const id = await planned(services, staff, bytes)
      const whole = performance.now() - start
      const view = await services.imports.read(allowed('import.read', staff), id)
      if (view?.record.state !== 'preview')
        throw new Error(`The import is ${view?.record.state ?? 'gone'}: ${JSON.stringify(view?.record.fault)}`)
      rows = view.counts.rows
      await services.database.prisma.import.delete({ where: { id } })
      if (n < 0) continue
      floor.push(bare)
      ours.push(whole)
    }
    const half = await roster({ size: Math.ceil(size / 2), seed: 2026, dirt: 0.1 })
    const halfPeakMb = await peakOf(office, staff, half.bytes)
    const peakMb = await peakOf(office, staff, bytes)
    const ratio = median(ours) / median(floor)
    const text = table(
      [`dry run, ${size} people, ${rows} rows`, 'median'],
      [
        ['Congvu: read, decided and stored', seconds(median(ours))],
        ['the same file’s cells alone', seconds(median(floor))],
        ['ratio of the medians', ratio.toFixed(2)],
        ['peak memory of the worker, half the people', `${halfPeakMb} MB`],
        ['peak memory of the worker', `${peakMb} MB`],
      ],
    )
    return {
      table: text,
      json: {
        bench: 'dry-run',
        size,
        ratio: round(ratio, 2),
        ours_ms: round(median(ours), 0),
        floor_ms: round(median(floor), 0),
        peak_mb: peakMb,
        half_peak_mb: halfPeakMb,
      },
    }
  } finally {
    await office.stop()
  }
}

/** The most memory that a worker has which does nothing but this dry run. */
async function peakOf({ env, folder, services }: Office, staff: PersonActor, bytes: Uint8Array): Promise<number> {
  const worker = await startWorker({ ...env, LOG_LEVEL: 'info' }, folder)
  try {
    const id = await arrived(services, staff, bytes)
    const state = () => services.imports.state(allowed('import.read', staff), id)
    while ((await state()) !== 'preview') await pause(100)
    await services.database.prisma.import.delete({ where: { id } })
    return worker.peakMb()
  } finally {
    await worker.stop()
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
