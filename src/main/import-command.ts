import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { InvalidArgumentError, type Command } from 'commander'
import type { Action, Permit } from '../access/policy.ts'
import { openRoster } from '../imports/file.ts'
import type { ImportId, Mode } from '../imports/import.ts'
import type { ImportView } from '../imports/viewing.ts'
import { COLUMN_FIELDS } from '../imports/reading/fields.ts'
import type { SheetMapping } from '../imports/reading/mapping.ts'
import { dayOf } from '../kernel/day.ts'
import { UnitId } from '../kernel/ids.ts'
import type { Services } from './compose.ts'
import { progressBar } from './progress-bar.ts'

/** Milliseconds without any progress after which the rest is left to the worker. */
const PATIENCE_MS = 30_000

/** Exit codes: what a script needs to know of the outcome. */
const EXIT = { done: 0, some: 1, trouble: 2, waits: 3 } as const

type Options = {
  sheet?: string[]
  map?: ReadonlyMap<string, number>
  mode: Mode
  unit?: number
  handOver: 'link' | 'slip'
  dryRun?: boolean
  yes?: boolean
  json?: boolean
}
type Tools = {
  readonly withServices: (work: (services: Services) => Promise<number>) => Promise<void>
  readonly allow: <A extends Action>(action: A) => Permit<A>
  readonly failure: (message: string) => Error
}

/** `congvu import FILE`: the same plan, the same rules and the same record as on the pages, in this process. */
export function importCommand(program: Command, tools: Tools): void {
  program
    .command('import')
    .description(
      'bring people in from a personnel file (Excel, CSV): plan, then carry out; see the pages for rows that wait',
    )
    .argument('<file>')
    .option('--sheet <name...>', 'sheets to read; otherwise all with headings')
    .option(
      '--map <field=column,…>',
      'columns by hand, such as fullName=B,birthDate=C; letters or numbers from 1',
      columns,
    )
    .option('--mode <mode>', 'add, or roster: the file is all that a unit has', oneOf('add', 'roster'), 'add')
    .option(
      '--unit <number>',
      'the unit whose list it is: needed for a roster, and where the file names no units',
      Number,
    )
    .option('--hand-over <way>', 'link by e-mail where there is one, or slip', oneOf('link', 'slip'), 'link')
    .option('--dry-run', 'plan only, change nothing')
    .option('--yes', 'carry out without asking')
    .option('--json', 'print the outcome for a program')
    .addHelpText(
      'after',
      `
Exit code: 0 all done (or nothing to do), 1 some rows wait or failed, 2 the file or the call is wrong, 3 it waits for another
person: a second look at a large list, or the release of the safety brake.`,
    )
    .action((file: string, options: Options) => tools.withServices((services) => run(services, tools, file, options)))
}

function oneOf<const T extends string>(...all: readonly T[]) {
  return (value: string): T => {
    const found = all.find((each) => each === value)
    if (found === undefined) throw new InvalidArgumentError(`is one of ${all.join(', ')}`)
    return found
  }
}

function columns(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split(',').map((pair) => {
      const [field = '', column = ''] = pair.split('=').map((part) => part.trim())
      if (!(COLUMN_FIELDS as readonly string[]).includes(field))
        throw new InvalidArgumentError(`knows no field "${field}"; there are ${COLUMN_FIELDS.join(', ')}`)
      const index = /^\d+$/.test(column) ? Number(column) - 1 : lettered(column)
      if (index < 0) throw new InvalidArgumentError(`"${column}" is no column`)
      return [field, index] as const
    }),
  )
}
const lettered = (column: string): number =>
  /^[a-z]{1,3}$/i.test(column)
    ? Array.from(column.toUpperCase()).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
    : -1

async function run(services: Services, tools: Tools, file: string, options: Options): Promise<number> {
  const { imports, database } = services
  const { allow, failure } = tools
  const say = (text: string) => void process.stderr.write(`${text}\n`)
  const found =
    options.unit === undefined ? null : await database.prisma.unit.findUnique({ where: { number: options.unit } })
  if (options.unit !== undefined && !found) throw failure(`There is no unit number ${options.unit}`)
  await stat(file).catch(() => {
    throw failure(`${file} cannot be read`)
  })
  const arrived = await imports.arrive(allow('import.change'), {
    ...{
      mode: options.mode,
      unitId: found ? UnitId.parse(found.id) : null,
      handOver: options.handOver,
      language: 'vi',
    },
    ...{
      fileName: basename(file),
      bytes: await readFile(file),
      choices: await choicesOf(services, file, options, failure),
    },
  })
  if (!arrived.ok) throw failure(`--mode roster needs the unit: --unit <number>`)
  const id = arrived.value
  const url = `${services.config.web.publicUrl}/nhap-danh-sach/${id}`
  await imports.workAt(id)
  const planned = await viewOf(services, allow, id)
  if (planned.record.state !== 'preview') {
    const fault = planned.record.fault as { kind?: string } | null
    print(options, outcomeOf(planned), `The file is not read: ${fault?.kind ?? planned.record.state}. See ${url}`)
    return EXIT.trouble
  }
  const changes = changesOf(planned)
  const waits = waitingOf(planned)
  say(summary(planned))
  if (options.dryRun) {
    await imports.cancel(allow('import.change'), id)
    print(
      options,
      outcomeOf(planned),
      `Nothing was changed. ${waits > 0 ? `${waits} rows would wait for a person.` : ''}`,
    )
    return waits > 0 ? EXIT.some : EXIT.done
  }
  if (changes === 0) {
    print(options, outcomeOf(planned), `Nothing to do.${waits > 0 ? ` ${waits} rows wait: ${url}` : ''}`)
    return waits > 0 ? EXIT.some : EXIT.done
  }
  if (!options.yes && !(await agreed(changes, failure))) {
    await imports.cancel(allow('import.change'), id)
    print(options, outcomeOf(planned), 'Nothing was changed.')
    return EXIT.done
  }
  const started = await imports.start(allow('import.change'), id, planned.record.hash ?? '')
  if (!started.ok) throw failure(`Not started: ${started.refusal.kind}. See ${url}`)
  if (started.value.state !== 'running') {
    const why =
      started.value.state === 'held'
        ? 'the safety brake holds it; two people release it'
        : 'a second person approves it'
    print(options, outcomeOf(await viewOf(services, allow, id)), `It waits: ${why}. See ${url}`)
    return EXIT.waits
  }
  await carryOut(services, allow, id)
  const done = await viewOf(services, allow, id)
  print(options, outcomeOf(done), ended(done, url))
  const { progress } = done
  return progress.done === progress.total && waitingOf(done) === 0 && progress.inDirectory === progress.done
    ? EXIT.done
    : EXIT.some
}

/** Carries it out and makes it so on the targets, in this process; workers that run as well share the work. */
async function carryOut(services: Services, allow: Tools['allow'], id: ImportId): Promise<void> {
  const { imports, provisioner } = services
  const bar = progressBar(process.stderr)
  const ending = new AbortController()
  const stop = () => ending.abort()
  process.once('SIGINT', stop)
  const show = async () => {
    const { total, done, inDirectory, inMail } = await imports.progress(allow('import.read'), id)
    bar.show(
      (done + inDirectory + inMail) / 3,
      total,
      `${done} of ${total} carried out, ${inDirectory} in the directory, ${inMail} on the mail server`,
    )
    return { total, finished: done + inDirectory + inMail }
  }
  const ticking = setInterval(() => void show().catch(() => undefined), 500)
  try {
    await Promise.all([imports.workAt(id, ending.signal), provisioner.run(ending.signal)])
    let last = { finished: -1, at: Date.now() }
    while (!ending.signal.aborted) {
      await provisioner.run(ending.signal)
      const { total, finished } = await show()
      if (finished >= total * 3) break
      if (finished > last.finished) last = { finished, at: Date.now() }
      else if (Date.now() - last.at > PATIENCE_MS) break
      await new Promise((done) => setTimeout(done, 500))
    }
  } finally {
    clearInterval(ticking)
    process.off('SIGINT', stop)
    bar.end()
  }
}

async function choicesOf(services: Services, file: string, options: Options, failure: Tools['failure']) {
  const sheets = options.sheet === undefined ? {} : { sheets: options.sheet }
  if (options.map === undefined) return sheets
  const opened = await openRoster(
    { path: resolve(file), name: basename(file) },
    { today: dayOf(services.clock()), ...sheets, limits: services.config.imports },
  )
  if (!opened.ok) throw failure(`The file is not read: ${opened.refusal.kind}`)
  const byHand = new Map([...options.map].map(([field, index]) => [index, field]))
  try {
    const mapped = opened.value.tables
      .filter(({ chosen }) => chosen)
      .map(({ sheet, mapping }): [string, SheetMapping] => [
        sheet,
        {
          ...mapping,
          columns: mapping.columns.map((column) => ({
            ...column,
            field: COLUMN_FIELDS.find((field) => field === byHand.get(column.index)) ?? null,
          })),
        },
      ])
    return { ...sheets, mappings: Object.fromEntries(mapped) }
  } finally {
    await opened.value.close()
  }
}

async function viewOf(services: Services, allow: Tools['allow'], id: ImportId): Promise<ImportView> {
  const view = await services.imports.read(allow('import.read'), id)
  if (!view) throw new Error(`Import ${id} is gone`)
  return view
}

const countOf = (view: ImportView, ...outcomes: Parameters<ImportView['counts']['outcomes']['get']>[0][]): number =>
  outcomes.reduce((sum, outcome) => sum + (view.counts.outcomes.get(outcome) ?? 0), 0)
const changesOf = (view: ImportView): number => countOf(view, 'create', 'change', 'transfer', 'suspend')
const waitingOf = (view: ImportView): number => countOf(view, 'review', 'refused')

const summary = (view: ImportView): string =>
  [
    `${view.counts.rows} rows of ${view.record.fileName}:`,
    ...(
      ['create', 'change', 'transfer', 'suspend', 'nothing', 'repeats', 'review', 'refused', 'skipped'] as const
    ).flatMap((outcome) => (countOf(view, outcome) > 0 ? [`  ${outcome.padEnd(9)} ${countOf(view, outcome)}`] : [])),
    ...view.brake.map((reason) => `  beyond the brake: ${JSON.stringify(reason)}`),
  ].join('\n')

const ended = (view: ImportView, url: string): string => {
  const { done, total, inDirectory, inMail, needPerson } = view.progress
  return [
    `${done} of ${total} carried out; ${inDirectory} in the directory, ${inMail} on the mail server.`,
    ...(needPerson > 0 ? [`${needPerson} accounts need a person: see the board.`] : []),
    ...(inDirectory < done || inMail < done ? ['What is behind, the worker goes on with.'] : []),
    ...(waitingOf(view) > 0 ? [`${waitingOf(view)} rows wait: ${url}`] : []),
  ].join('\n')
}

const outcomeOf = (view: ImportView) => ({
  ...{
    id: view.record.id,
    number: view.record.number,
    state: view.record.state,
    fault: view.record.fault,
    hold: view.record.holdId,
  },
  ...{
    rows: view.counts.rows,
    outcomes: Object.fromEntries(view.counts.outcomes),
    reasons: Object.fromEntries(view.counts.groups),
  },
  ...{ hash: view.record.hash, progress: view.progress, brake: view.brake },
})
const print = (options: Options, value: object, text: string): void =>
  void process.stdout.write(`${options.json ? JSON.stringify(value) : text}\n`)

async function agreed(changes: number, failure: Tools['failure']): Promise<boolean> {
  if (!process.stdin.isTTY) throw failure(`${changes} changes: say --yes to carry them out, or --dry-run`)
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await asking.question(`Carry out ${changes} changes? [y/N] `)).trim())
  } finally {
    asking.close()
  }
}
