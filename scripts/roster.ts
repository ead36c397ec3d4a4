import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { nextMonth } from './roster/people.ts'
import { makeRoster, writeRoster, type RosterPlan } from './roster/write.ts'

const usage = `npm run roster -- FILE.xlsx|FILE.csv [options]
Makes a roster of people who do not exist, as an agency would send it.
  --size N           people (1000)
  --seed N           another roster (1)
  --dirt SHARE       share of the rows with something wrong, from 0 to 1 (0)
  --layout NAME      flat, grouped (a row above each agency's people) or sheets (flat)
  --encoding NAME    unicode, tcvn3 or vni (unicode)
  --next FILE        also the same roster a month later
`

const oneOf = <const T extends string>(name: string, text: string, all: readonly T[]): T => {
  const found = all.find((each) => each === text)
  if (found === undefined) throw new Error(`--${name} is one of ${all.join(', ')}`)
  return found
}
const numeric = (name: string, text: string, fits: (n: number) => boolean): number => {
  const n = Number(text)
  if (text.trim() === '' || !fits(n)) throw new Error(`--${name} ${text} does not fit`)
  return n
}
const formatOf = (file: string) => oneOf('format', file.slice(file.lastIndexOf('.') + 1), ['xlsx', 'csv'])

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ size: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
      ...{ dirt: { type: 'string', default: '0' }, layout: { type: 'string', default: 'flat' } },
      ...{ encoding: { type: 'string', default: 'unicode' }, next: { type: 'string' } },
    },
  })
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new Error('Name one file')
  const whole = (n: number) => Number.isInteger(n) && n >= 0
  const plan: RosterPlan = {
    size: numeric('size', values.size, whole),
    seed: numeric('seed', values.seed, whole),
    dirt: numeric('dirt', values.dirt, (n) => n >= 0 && n <= 1),
    layout: oneOf('layout', values.layout, ['flat', 'grouped', 'sheets']),
    encoding: oneOf('encoding', values.encoding, ['unicode', 'tcvn3', 'vni']),
    format: formatOf(file),
  }
  const made = await makeRoster(plan)
  writeFileSync(file, made.bytes)
  const dirty = made.dirt.filter((kind) => kind !== null).length
  console.log(`${file}: ${made.entries.length} people, ${dirty} rows with something wrong`)
  if (values.next !== undefined) {
    const { entries, changes } = nextMonth(made.entries, (plan.seed ?? 1) + 1)
    writeFileSync(values.next, (await writeRoster(entries, { ...plan, format: formatOf(values.next) })).bytes)
    const told = Object.entries(changes).map(([kind, people]) => `${kind} ${people.length}`)
    console.log(`${values.next}: ${entries.length} people; ${told.join(', ')}`)
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  process.exitCode = 1
}
