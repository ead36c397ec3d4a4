import { parseArgs } from 'node:util'
import { addresses } from './bench/addresses.ts'
import { approve } from './bench/approve.ts'
import { dryRun } from './bench/dry-run.ts'
import type { Report } from './bench/figures.ts'
import { importing } from './bench/import.ts'
import { inbox } from './bench/inbox.ts'
import { reading } from './bench/reading.ts'
import { reconcile } from './bench/reconcile.ts'
import { reorganise } from './bench/reorganise.ts'

/** Each measures Congvu and its floor in turns, in one run; `docs/benchmarks.md` says what the ratios mean. */
const BENCHES: Readonly<Record<string, (size: number | undefined) => Promise<Report>>> = {
  approve: (size) => approve({ ...(size !== undefined && { size }) }),
  addresses: (size) => addresses({ ...(size !== undefined && { size }) }),
  reading: (size) => reading({ ...(size !== undefined && { size }) }),
  import: (size) => importing({ ...(size !== undefined && { size }) }),
  'dry-run': (size) => dryRun({ ...(size !== undefined && { size }) }),
  reconcile: (size) => reconcile({ ...(size !== undefined && { size }) }),
  reorganise: (size) => reorganise({ ...(size !== undefined && { size }) }),
  inbox: (size) => inbox({ ...(size !== undefined && { size }) }),
}

const usage = `npm run bench [-- NAME --size N]\nNAME is one of: ${Object.keys(BENCHES).join(', ')}; all without a name\n`

function wish(): { names: string[]; size: number | undefined } {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { size: { type: 'string' } } })
  const size = values.size === undefined ? undefined : Number(values.size)
  const unknown = positionals.filter((name) => !(name in BENCHES))
  if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}`)
  if (size !== undefined && !(Number.isInteger(size) && size > 0)) throw new Error('--size is a whole number above 0')
  return { names: positionals.length > 0 ? positionals : Object.keys(BENCHES), size }
}

try {
  const { names, size } = wish()
  for (const name of names) {
    const report = await BENCHES[name]?.(size)
    if (report) process.stdout.write(`\n${report.table}\n\n${JSON.stringify(report.json)}\n`)
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  process.exitCode = 1
}
