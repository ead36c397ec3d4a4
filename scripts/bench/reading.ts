import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRaw, openRoster, readRoster } from '../../src/imports/file.ts'
import { DEFAULT_LIMITS } from '../../src/imports/reading/limits.ts'
import { Day } from '../../src/kernel/day.ts'
import { makeRoster } from '../roster/write.ts'
import { bareParse } from './bare-parse.ts'
import { median, milliseconds, round, table, type Report } from './figures.ts'

const TODAY = Day.parse('2026-11-25')

/** The file's rows with the values of their cells, nothing understood yet. */
async function rawRows(path: string): Promise<number> {
  const file = await openRaw({ path, name: path }, DEFAULT_LIMITS)
  let rows = 0
  for (const each of file.tables) for await (const batch of each.rows()) rows += batch.length
  await file.close()
  return rows
}

/** Opened, headings and encodings found, every row understood. */
export async function understood(path: string): Promise<number> {
  const opened = await openRoster({ path, name: path }, { today: TODAY })
  if (!opened.ok) throw new Error(opened.refusal.kind)
  const done = await readRoster(opened.value, () => undefined)
  if (!done.ok) throw new Error(done.refusal.kind)
  return done.value.rows
}

/** A lifelike roster read by Congvu and by a bare parse of the same file, in turns; and the memory of a process that reads it. */
export async function reading(options: { size?: number; rounds?: number } = {}): Promise<Report> {
  const { size = 30_000, rounds = 5 } = options
  const folder = mkdtempSync(join(tmpdir(), 'congvu-bench-'))
  try {
    const make = async (name: string, people: number) => {
      const path = join(folder, name)
      writeFileSync(path, (await makeRoster({ size: people, dirt: 0.1 })).bytes)
      return path
    }
    const [path, half] = [await make('whole.xlsx', size), await make('half.xlsx', Math.ceil(size / 2))]
    const ways = { bare: bareParse, rows: rawRows, understood }
    const times = { bare: [] as number[], rows: [] as number[], understood: [] as number[] }
    for (let turn = 0; turn <= rounds; turn++)
      for (const name of ['bare', 'rows', 'understood'] as const) {
        const start = performance.now()
        if ((await ways[name](path)) < size) throw new Error('Rows are missing')
        // The first turn lets the machine warm up.
        if (turn > 0) times[name].push(performance.now() - start)
      }
    const [peak, halfPeak] = [peakOf(path), peakOf(half)]
    const [bare, rows, whole] = [median(times.bare), median(times.rows), median(times.understood)]
    return {
      table: table(
        ['reading a roster', 'time', '/ bare'],
        [
          ['bare parse (yauzl, saxes: floor)', milliseconds(bare), '1.00'],
          ['rows with their values', milliseconds(rows), (rows / bare).toFixed(2)],
          ['rows understood', milliseconds(whole), (whole / bare).toFixed(2)],
        ],
      ),
      json: {
        ...{ bench: 'reading', size, ratio: round(rows / bare, 3), understood_ratio: round(whole / bare, 3) },
        ...{ bare_ms: round(bare, 1), rows_ms: round(rows, 1), understood_ms: round(whole, 1) },
        ...{ peak_mb: peak, half_peak_mb: halfPeak },
      },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The peak memory, in MB, of a process of its own that reads the file. */
function peakOf(path: string): number {
  const script = `const { understood } = await import(${JSON.stringify(import.meta.url)})
    await understood(${JSON.stringify(path)})
    console.log(Math.round(process.resourceUsage().maxRSS / 1024))`
  const done = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
  return Number(done.stdout)
}
