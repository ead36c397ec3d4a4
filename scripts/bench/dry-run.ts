import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startOffice } from '../../test/support/database.ts'
import { planned, roster, seedProvince } from '../../test/support/rosters.ts'
import { allowed, seedStaff } from '../../test/support/system.ts'
import { bareParse } from './bare-parse.ts'
import { median, round, table, type Report } from './figures.ts'

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
    const ratio = median(ours) / median(floor)
    const text = table(
      [`dry run, ${size} people, ${rows} rows`, 'median'],
      [
        ['Congvu: read, decided and stored', seconds(median(ours))],
        ['the same file’s cells alone', seconds(median(floor))],
        ['ratio of the medians', ratio.toFixed(2)],
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
      },
    }
  } finally {
    await office.stop()
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
